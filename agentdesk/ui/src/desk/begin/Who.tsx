import { CloseOutlined, UserAddOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Form, Input, Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { findContacts } from "@/api/calls";
import type { Person } from "@/api/types";
import { Avatar } from "@/parts/Avatar";
import { Quiet } from "@/parts/Quiet";
import css from "./begin.module.css";
import { guess, type Kind, mailAddresses } from "./begin.ts";

/** Who it is about: somebody known, somebody new, or not said yet. */
export type Chosen = Person | "new" | null;

interface Props {
  kind: Kind;
  chosen: Chosen;
  choose: (c: Chosen, typed?: ReturnType<typeof guess>) => void;
}

/** Finds the customer by name, address or number, or takes down who is not known yet. */
export function Who({ kind, chosen, choose }: Props) {
  const { t } = useTranslation();
  if (chosen === null) return <Find choose={choose} />;
  if (chosen === "new") {
    return (
      <section className={css.new} aria-label={t("begin.new_person")}>
        <p className={css.newHead}>
          {t("begin.new_person")}
          <Quiet label={t("begin.other_person")} onClick={() => choose(null)}>
            <CloseOutlined />
          </Quiet>
        </p>
        <div className={css.three}>
          <Form.Item name="name" label={t("begin.name")}>
            <Input autoFocus maxLength={200} autoComplete="off" />
          </Form.Item>
          <Form.Item name="email" label={t("begin.email")} rules={kind === "mail" ? [{ required: true, message: t("begin.needed") }] : []}>
            <Input type="email" maxLength={320} autoComplete="off" />
          </Form.Item>
          <Form.Item name="phone" label={t("begin.phone")}>
            <Input type="tel" maxLength={50} autoComplete="off" />
          </Form.Item>
        </div>
      </section>
    );
  }
  const mails = mailAddresses(chosen);
  return (
    <>
      <div className={css.who}>
        <Avatar name={chosen.name} size={32} />
        <div>
          <p>
            <b>{chosen.name}</b> {chosen.account && <span className={css.muted}>{chosen.account.name}</span>}
          </p>
          <p className={css.muted}>{chosen.points.map((p) => p.address).join(" · ") || t("begin.no_address")}</p>
        </div>
        <Quiet label={t("begin.other_person")} onClick={() => choose(null)}>
          <CloseOutlined />
        </Quiet>
      </div>
      {kind === "mail" && mails.length === 0 && (
        <p className={css.error} role="alert">
          {t("begin.no_email", { name: chosen.name })}
        </p>
      )}
      {kind === "mail" && mails.length > 1 && (
        <Form.Item name="to" label={t("message.to")} initialValue={mails[0]}>
          <Select options={mails.map((value) => ({ value, label: value }))} />
        </Form.Item>
      )}
    </>
  );
}

function Find({ choose }: Pick<Props, "choose">) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["find", q],
    queryFn: ({ signal }) => findContacts(q, signal),
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const people = q ? (found.data ?? []) : [];
  const options = people.map((p) => ({
    value: String(p.id),
    label: (
      <span className={css.option}>
        <bdi>{p.name}</bdi>
        <span>{[p.account?.name, ...p.points.map((x) => x.address)].filter(Boolean).join(" · ")}</span>
      </span>
    ),
  }));
  const stranger = {
    value: "new",
    label: (
      <span className={css.option}>
        <UserAddOutlined aria-hidden /> {q ? t("begin.new_named", { text: q }) : t("begin.new_person")}
      </span>
    ),
  };
  return (
    <Form.Item label={t("begin.who")} htmlFor="begin-who">
      <Select
        id="begin-who"
        autoFocus
        showSearch={{ filterOption: false, searchValue: text, onSearch: setText }}
        placeholder={t("begin.who_hint")}
        value={null as string | null}
        suffixIcon={null}
        notFoundContent={null}
        options={[...options, stranger]}
        onSelect={(value) => {
          if (value === "new") choose("new", guess(text));
          else choose(people.find((p) => String(p.id) === value) ?? null);
        }}
      />
    </Form.Item>
  );
}
