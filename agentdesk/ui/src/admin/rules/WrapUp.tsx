import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { Code, Rules } from "@/api/queue";
import { Quiet } from "@/parts/Quiet";
import css from "./rules.module.css";
import { useRows } from "./rows.ts";
import { Span } from "./Span.tsx";

type Rule = NonNullable<Rules["wrap_up"]>;

/** What is done after a contact: how long it may last, and by which codes one says how the contact ended. */
export function WrapUp({ rule, change }: { rule: Rules["wrap_up"]; change: (rule: Rules["wrap_up"]) => void }) {
  const { t } = useTranslation();
  const put = (part: Partial<Rule>) => change({ ...rule, ...part });
  return (
    <>
      <Checkbox checked={rule !== undefined} onChange={(e) => change(e.target.checked ? { for_s: 60 } : undefined)}>
        {t("rules.wrap_on")}
      </Checkbox>
      {rule && (
        <div className={css.under}>
          <div className={css.row}>
            <span>{t("rules.wrap_for")}</span>
            <Span label={t("rules.wrap_for")} value={rule.for_s ?? 0} most={3600} disabled={rule.required === true} change={(for_s) => put({ for_s })} />
          </div>
          <Checkbox checked={rule.required === true} onChange={(e) => put({ required: e.target.checked })}>
            {t("rules.wrap_required")}
          </Checkbox>
          <Checkbox checked={rule.after_work === true} onChange={(e) => put({ after_work: e.target.checked })}>
            {t("rules.wrap_after_work")}
          </Checkbox>
          <Codes codes={rule.codes ?? []} change={(codes) => put({ codes })} />
        </div>
      )}
    </>
  );
}

function Codes({ codes, change }: { codes: Code[]; change: (codes: Code[]) => void }) {
  const { t } = useTranslation();
  const { rows, put, add, drop } = useRows(codes, change);
  return (
    <>
      {rows.length > 0 && (
        <table className={css.codes}>
          <thead>
            <tr>
              <th>{t("rules.code")}</th>
              <th>{t("queues.name")}</th>
              <th>{t("queues.name_en")}</th>
              <th>
                <span className="sr-only">{t("rules.drop")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, value: c }) => (
              <tr key={key}>
                <td>
                  <Input value={c.code} maxLength={50} aria-label={t("rules.code")} onChange={(e) => put(key, { ...c, code: e.target.value })} />
                </td>
                <td>
                  <Input value={c.name} maxLength={100} aria-label={t("queues.name")} onChange={(e) => put(key, { ...c, name: e.target.value })} />
                </td>
                <td>
                  <Input value={c.name_en ?? ""} maxLength={100} aria-label={t("queues.name_en")} onChange={(e) => put(key, { ...c, name_en: e.target.value })} />
                </td>
                <td>
                  <Quiet label={t("rules.drop")} onClick={() => drop(key)}>
                    <CloseOutlined />
                  </Quiet>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div>
        <Button size="small" icon={<PlusOutlined />} onClick={() => add({ code: "", name: "" })}>
          {t("rules.add_code")}
        </Button>
      </div>
    </>
  );
}
