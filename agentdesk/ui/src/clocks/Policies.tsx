import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import admin from "@/admin/admin.module.css";
import { Problem } from "@/api/client";
import { queueName, queuesQuery, useMay } from "@/data/queries";
import { Chip } from "@/parts/Chip";
import { Quiet } from "@/parts/Quiet";
import { Bone, Failed, Late } from "@/parts/states";
import { checkPolicies, type Policy, type PolicyList, savePolicies } from "./calls.ts";
import css from "./policy.module.css";
import { PolicyForm } from "./PolicyForm.tsx";
import { policiesQuery } from "./queries.ts";

/** The policies in their order: what is promised to whom. What is changed is checked at once and holds when it is saved. */
export default function Policies() {
  const query = useQuery(policiesQuery);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={admin.page}>
      {query.data ? (
        <List key={query.data.version} kept={query.data} />
      ) : (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
    </div>
  );
}

function List({ kept }: { kept: PolicyList }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay("policy.edit");
  const [items, setItems] = useState<Policy[]>(kept.items ?? []);
  const [editing, setEditing] = useState<number | null>(null);
  const dirty = items !== kept.items;
  const list = { version: kept.version, items };
  const check = useQuery({
    queryKey: ["policies checked", items],
    queryFn: ({ signal }) => checkPolicies(list, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const save = useMutation({
    mutationFn: async () => {
      await savePolicies(list);
      await client.invalidateQueries({ queryKey: policiesQuery.queryKey });
    },
  });
  const wrong = [check.error, save.error].flatMap((e) => (e instanceof Problem && e.fields.length > 0 ? e.fields : e ? [{ field: "items", detail: e.message }] : []));
  const general = (f: { field: string }) => !items.some((_, i) => of(i)(f));
  const warnings = check.data ?? [];
  const move = (i: number, by: number) => {
    const next = [...items];
    next.splice(i + by, 0, ...next.splice(i, 1));
    setItems(next);
  };
  return (
    <>
      <header className={`${admin.head} ${admin.tabled}`}>
        <h1>{t("policies.title")}</h1>
        {may && (
          <span className={css.acts}>
            <Button icon={<PlusOutlined />} onClick={() => setEditing(items.length)}>
              {t("policies.add")}
            </Button>
            <Button type="primary" disabled={!dirty || check.isError} loading={save.isPending} onClick={() => save.mutate()}>
              {t("mailboxes.save")}
            </Button>
          </span>
        )}
      </header>
      <p className={css.more}>{t("policies.more")}</p>
      <Said words={wrong.filter(general).map((f) => f.detail)} bad />
      <Said words={warnings.filter(general).map((w) => `${t("policies.list")} ${w.detail}`)} />
      <ol className={css.list}>
        {items.map((p, i) => (
          <li key={p.name} className={css.policy}>
            <div className={css.order}>
              <Quiet label={t("policies.up", { name: p.name })} disabled={!may || i === 0} onClick={() => move(i, -1)}>
                <ArrowUpOutlined />
              </Quiet>
              <Quiet label={t("policies.down", { name: p.name })} disabled={!may || i === items.length - 1} onClick={() => move(i, 1)}>
                <ArrowDownOutlined />
              </Quiet>
            </div>
            <PolicyWords policy={p} changed={!(kept.items ?? []).includes(p)} />
            <div>
              <Said words={wrong.filter(of(i)).map((f) => f.detail)} bad />
              <Said words={warnings.filter(of(i)).map((w) => `${about(p, w.field)} ${w.detail}`)} />
            </div>
            {may && (
              <div className={css.acts}>
                <Quiet label={t("policies.edit", { name: p.name })} onClick={() => setEditing(i)}>
                  <EditOutlined />
                </Quiet>
                <Quiet label={t("policies.drop", { name: p.name })} onClick={() => setItems(items.filter((_, n) => n !== i))}>
                  <DeleteOutlined />
                </Quiet>
              </div>
            )}
          </li>
        ))}
      </ol>
      {editing !== null && (
        <PolicyForm
          policy={items[editing]}
          close={() => setEditing(null)}
          done={(p) => {
            setItems(editing < items.length ? items.map((old, n) => (n === editing ? p : old)) : [p, ...items]);
            setEditing(null);
          }}
        />
      )}
    </>
  );
}

/** Whether something is said of the policy in a place. */
const of = (i: number) => (f: { field: string }) => f.field === `items.${i}` || f.field.startsWith(`items.${i}.`);

/** What a warning is about: a target in its words, or the policy. */
function about(p: Policy, field: string): string {
  const target = /\.targets\.(\d+)/.exec(field)?.[1];
  return target === undefined ? p.name : ((p.words ?? p.targets)[Number(target)] ?? p.name);
}

function Said({ words, bad }: { words: string[]; bad?: boolean }) {
  return words.map((w) => (
    <p key={w} className={bad ? admin.errorText : css.warning} role={bad ? "alert" : "status"}>
      {w}
    </p>
  ));
}

function PolicyWords({ policy: p, changed }: { policy: Policy; changed: boolean }) {
  const { t, i18n } = useTranslation();
  const colon = t("policies.colon");
  const { data: queues = [] } = useQuery(queuesQuery);
  const { class: classes = [], channel = [], type = [], severity = [], queue = [] } = p.match;
  const named = queue.map((id) => {
    const q = queues.find((x) => x.id === id);
    return q ? queueName(q, i18n.language) : `#${id}`;
  });
  const parts = ([["class", classes], ["channel", channel], ["type", type], ["severity", severity], ["queue", named]] as const).filter(([, v]) => v.length > 0);
  return (
    <div className={css.what}>
      <h2>
        {p.name} <Chip tone={changed ? "warn" : "plain"}>{changed ? t("policies.unsaved") : t("policies.version", { n: p.version })}</Chip>
      </h2>
      <p className={css.match}>
        {parts.length === 0 ? t("policies.all") : parts.map(([k, v]) => `${t(`policies.match.${k}`)}${colon}${v.join(" / ")}`).join(" · ")}
      </p>
      <ul className={css.targets}>
        {(p.words ?? p.targets).map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      {(p.steps ?? []).length > 0 && (
        <p className={css.match}>
          {(p.steps ?? []).map((s) => `${t(`policies.at.${s.at}`, { min: Math.round((s.after_s ?? 0) / 60) })}${colon}${s.acts.map((a) => t(`policies.act.${a}`)).join(t("policies.comma"))}`).join(" · ")}
        </p>
      )}
    </div>
  );
}
