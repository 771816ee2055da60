import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Form, Input, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addPerson, changePerson, type PersonBody } from "@/api/calls";
import type { Employee } from "@/api/types";
import { keys } from "@/data/keys";
import { teamsQuery, useMe } from "@/data/queries";
import { refused } from "@/parts/refused";
import css from "./admin.module.css";

const roles = ["agent", "engineer", "dispatcher", "supervisor", "sales", "editor", "manager", "admin"] as const;

type Fields = Omit<PersonBody, "password" | "one_time_password">;

interface Props {
  person: Employee | null;
  close: () => void;
  /** Tells the password of somebody new. */
  made: (p: { name: string; login: string; password: string }) => void;
}

/** Somebody who works here: name, roles, teams, and how much he may decide alone. */
export function PersonForm({ person, close, made }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const [form] = Form.useForm<Fields>();
  const { data: all = [] } = useQuery(teamsQuery);
  const required = [{ required: true, whitespace: true, message: t("mailboxes.required") }];
  const self = person?.id === me.id;
  // Nobody gives what he has not; an administrator has every role.
  const givable = me.roles.includes("admin") ? roles : roles.filter((r) => me.roles.includes(r));

  const [words, setWords] = useState("");
  const save = useMutation({
    mutationFn: async (v: Fields) => {
      if (person) {
        const { login: _, ...rest } = v;
        await changePerson(person.id, changed(person, rest));
      } else {
        const login = v.login.trim();
        const { password = "" } = await addPerson({ ...v, login, one_time_password: true });
        made({ name: v.name, login: login.toLowerCase(), password });
      }
      for (const queryKey of [keys.people, keys.agents]) await client.invalidateQueries({ queryKey });
    },
    onSuccess: close,
    onError: (e) => setWords(refused(form, e)),
  });

  return (
    <Modal
      open
      width={520}
      title={person ? person.name : t("people.add")}
      onCancel={close}
      okText={t("mailboxes.save")}
      cancelText={t("mailboxes.cancel")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        className={css.form}
        initialValues={person ? { ...person, teams: person.teams.map((x) => x.id) } : { roles: ["agent"], tier: 1, language: me.language }}
        onFinish={(v) => {
          setWords("");
          save.mutate(v);
        }}
      >
        <div className={css.two}>
          <Form.Item name="name" label={t("agents.name")} rules={required}>
            <Input autoFocus maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item name="login" label={t("login.login")} rules={required}>
            <Input autoComplete="off" maxLength={100} disabled={person !== null} />
          </Form.Item>
          <Form.Item name="email" label={t("people.email")}>
            <Input type="email" maxLength={254} autoComplete="off" />
          </Form.Item>
          <Form.Item name="language" label={t("settings.language")}>
            <Select options={(["zh", "en"] as const).map((value) => ({ value, label: t(`language.${value}`) }))} />
          </Form.Item>
        </div>
        <Form.Item name="roles" label={t("agents.roles")} extra={self ? t("people.own_rights") : undefined} rules={[{ required: true, message: t("mailboxes.required") }]}>
          <Select
            mode="multiple"
            disabled={self}
            options={roles.map((value) => ({ value, label: t(`role.${value}`), disabled: !givable.includes(value) }))}
          />
        </Form.Item>
        <Form.Item name="teams" label={t("people.teams")}>
          <Select mode="multiple" options={all.map((x) => ({ value: x.id, label: x.name }))} />
        </Form.Item>
        <Form.Item name="tier" label={t("people.tier")} extra={t("people.tier_more", { tier: me.tier })}>
          <InputNumber min={1} max={Math.max(me.tier, person?.tier ?? 1)} disabled={self} />
        </Form.Item>
        {/* So that Enter in a field saves. */}
        <button type="submit" hidden aria-label={t("mailboxes.save")} />
        {!person && <p className={css.muted}>{t("people.once_follows")}</p>}
        {words && (
          <p className={css.errorText} role="alert">
            {words}
          </p>
        )}
      </Form>
    </Modal>
  );
}

/** Only what differs: what a colleague has changed meanwhile stays, and one's own rights are not sent at all. */
function changed(was: Employee, now: Omit<Fields, "login">) {
  const old = { ...was, teams: was.teams.map((x) => x.id) };
  return Object.fromEntries(Object.entries(now).filter(([k, v]) => v !== undefined && v !== null && JSON.stringify(v) !== JSON.stringify(old[k as keyof typeof old])));
}
