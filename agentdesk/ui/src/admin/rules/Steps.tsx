import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Step } from "@/api/queue";
import { Quiet } from "@/parts/Quiet";
import css from "./rules.module.css";
import { useRows } from "./rows.ts";
import { Span } from "./Span.tsx";
import { WantEditor } from "./WantEditor.tsx";

interface Props {
  steps: Step[];
  teams: { id: number; name: string }[];
  skills: string[];
  change: (steps: Step[]) => void;
}

/** How a queue widens with time: each step says what is enough from then on, and whose members help. */
export function Steps({ steps, teams, skills, change }: Props) {
  const { t } = useTranslation();
  const { rows, put, add, drop } = useRows(steps, change);
  const last = steps.at(-1)?.after_s ?? 0;
  return (
    <>
      <ol className={css.steps}>
        {rows.map(({ key, value: s }, i) => (
          <li key={key} className={css.step}>
            <div className={css.stepHead}>
              <span>{t("rules.after")}</span>
              <Span label={t("rules.step_after", { step: i + 1 })} value={s.after_s} least={1} change={(after_s) => put(key, { ...s, after_s })} />
              <span className={css.push} />
              <Quiet label={t("rules.drop_step", { step: i + 1 })} onClick={() => drop(key)}>
                <CloseOutlined />
              </Quiet>
            </div>
            <label className={css.row}>
              <span>{t("rules.step_teams")}</span>
              <Select
                mode="multiple"
                value={s.teams ?? []}
                placeholder={t("rules.step_no_teams")}
                options={teams.map((x) => ({ value: x.id, label: x.name }))}
                onChange={(ids) => put(key, clean(s, { teams: ids }))}
              />
            </label>
            <Checkbox checked={s.want !== undefined} onChange={(e) => put(key, clean(s, { want: e.target.checked ? {} : undefined }))}>
              {t("rules.step_want")}
            </Checkbox>
            {s.want && (
              <WantEditor label={t("rules.step_want")} want={s.want} skills={skills} change={(want) => put(key, { ...s, want: want ?? {} })} />
            )}
          </li>
        ))}
      </ol>
      <Button size="small" icon={<PlusOutlined />} onClick={() => add({ after_s: last + 30 })}>
        {t("rules.add_step")}
      </Button>
    </>
  );
}

/** A step with a part changed, and without what says nothing. */
function clean(s: Step, part: { want?: Step["want"] | undefined; teams?: number[] }): Step {
  const { after_s, want, teams } = { ...s, ...part };
  return { after_s, ...(want ? { want } : {}), ...(teams?.length ? { teams } : {}) };
}
