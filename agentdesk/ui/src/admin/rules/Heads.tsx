import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Rules } from "@/api/queue";
import { Quiet } from "@/parts/Quiet";
import css from "./rules.module.css";
import { useRows } from "./rows.ts";
import { Span } from "./Span.tsx";
import { type Head, headKinds, headsOf, toHeads } from "./summary.ts";

/** Who counts as waiting longer than he does, by customer's class, severity, channel or priority. */
export function Heads({ rules, change }: { rules: Rules; change: (heads: Rules["heads"]) => void }) {
  const { t } = useTranslation();
  // One without a value yet is not part of the rules, and stays here.
  const list = headsOf(rules, t).map(({ kind, value, seconds }): Head => ({ kind, value, seconds }));
  const { rows, put, add, drop } = useRows(list, (heads) => change(toHeads(heads)));
  return (
    <>
      {rows.map(({ key, value: h }) => (
        <div key={key} className={css.headRow}>
          <Select
            value={h.kind}
            aria-label={t("rules.head_kind")}
            options={headKinds.map((value) => ({ value, label: t(`rules.head.${value}`) }))}
            onChange={(kind) => put(key, { ...h, kind, value: "" })}
          />
          <Value head={h} change={(value) => put(key, { ...h, value })} />
          <span>{t("rules.head_by")}</span>
          <Span label={t("rules.head_time")} value={h.seconds} change={(seconds) => put(key, { ...h, seconds })} />
          <Quiet label={t("rules.drop")} onClick={() => drop(key)}>
            <CloseOutlined />
          </Quiet>
        </div>
      ))}
      <Button size="small" icon={<PlusOutlined />} onClick={() => add({ kind: "class", value: "", seconds: 300 })}>
        {t("rules.add_head")}
      </Button>
    </>
  );
}

/** For whom: one of few where they are known, any word where they are not. */
function Value({ head, change }: { head: Head; change: (value: string) => void }) {
  const { t } = useTranslation();
  const label = t(`rules.head.${head.kind}`);
  if (head.kind === "channel" || head.kind === "priority") {
    const options =
      head.kind === "channel"
        ? (["phone", "chat", "email"] as const).map((value) => ({ value: value as string, label: t(`channel.${value}`) }))
        : (["1", "2", "3", "4"] as const).map((value) => ({ value: value as string, label: t(`priority.${value}`) }));
    return <Select value={head.value || null} placeholder="–" aria-label={label} options={options} onChange={(v) => change(v ?? "")} />;
  }
  return <Input value={head.value} maxLength={50} aria-label={label} placeholder={t(`rules.head_hint.${head.kind}`)} onChange={(e) => change(e.target.value)} />;
}
