import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, InputNumber, Modal, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { queueName, queuesQuery } from "@/data/queries";
import { Quiet } from "@/parts/Quiet";
import type { Policy, Step } from "./calls.ts";
import css from "./policy.module.css";

const acts = ["notify", "raise", "requeue", "supervisor"] as const;
const moments = ["warn", "breach", "after"] as const;

interface Props {
  policy: Policy | undefined;
  close: () => void;
  done: (p: Policy) => void;
}

/** A policy as it is written: for whom, what is promised in words, and what is done when it is nearly or really broken. */
export function PolicyForm({ policy, close, done }: Props) {
  const { t, i18n } = useTranslation();
  const { data: queues = [] } = useQuery(queuesQuery);
  const [name, setName] = useState(policy?.name ?? "");
  const [match, setMatch] = useState<Policy["match"]>(policy?.match ?? {});
  const [targets, setTargets] = useState((policy?.words ?? policy?.targets ?? []).join("\n"));
  const [steps, setSteps] = useState<Step[]>(policy?.steps ?? [{ at: "breach", acts: ["notify"] }]);
  const promised = targets.split("\n").map((s) => s.trim()).filter((s) => s !== "");
  const change = (i: number, c: Partial<Step>) => setSteps(steps.map((s, n) => (n === i ? { ...s, ...c } : s)));
  return (
    <Modal
      open
      width={680}
      title={policy ? policy.name : t("policies.add")}
      okText={t("policies.ok")}
      cancelText={t("mailboxes.cancel")}
      okButtonProps={{ disabled: name.trim() === "" || promised.length === 0 }}
      onCancel={close}
      onOk={() => done({ name: name.trim(), match, targets: promised, steps })}
    >
      <div className={css.form}>
        <Field label={t("policies.name")}>
          <Input value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />
        </Field>
        <div className={css.two}>
          {(["class", "channel", "type", "severity"] as const).map((k) => (
            <Field key={k} label={t(`policies.match.${k}`)}>
              <Select mode="tags" open={false} suffixIcon={null} placeholder={t("policies.any")} value={match[k] ?? []} onChange={(v) => setMatch({ ...match, [k]: v })} />
            </Field>
          ))}
          <Field label={t("policies.match.queue")}>
            <Select
              mode="multiple"
              placeholder={t("policies.any")}
              value={match.queue ?? []}
              options={queues.map((q) => ({ value: q.id, label: queueName(q, i18n.language) }))}
              onChange={(queue) => setMatch({ ...match, queue })}
            />
          </Field>
        </div>
        <Field label={t("policies.targets")} more={t("policies.targets_more")}>
          <Input.TextArea autoSize={{ minRows: 3, maxRows: 8 }} value={targets} onChange={(e) => setTargets(e.target.value)} />
        </Field>
        <fieldset className={css.steps}>
          <legend>{t("policies.steps")}</legend>
          {steps.map((s, i) => (
            // eslint-disable-next-line react/no-array-index-key -- steps have no names
            <div key={i} className={css.step}>
              <Select
                aria-label={t("policies.when")}
                value={s.at}
                options={moments.map((m) => ({ value: m, label: t(`policies.moment.${m}`) }))}
                onChange={(at) => change(i, { at, after_s: at === "after" ? 1800 : 0 })}
              />
              {s.at === "after" && (
                <InputNumber
                  aria-label={t("policies.minutes")}
                  suffix={t("policies.minutes")}
                  min={1}
                  max={525_600}
                  value={(s.after_s ?? 0) / 60}
                  onChange={(n) => change(i, { after_s: Math.round((n ?? 1) * 60) })}
                />
              )}
              <Select
                mode="multiple"
                aria-label={t("policies.do")}
                value={s.acts}
                options={acts.map((a) => ({ value: a, label: t(`policies.act.${a}`) }))}
                onChange={(v) => v.length > 0 && change(i, { acts: v })}
              />
              <Quiet label={t("policies.drop_step")} onClick={() => setSteps(steps.filter((_, n) => n !== i))}>
                <DeleteOutlined />
              </Quiet>
            </div>
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => setSteps([...steps, { at: "warn", acts: ["notify"] }])}>
            {t("policies.add_step")}
          </Button>
        </fieldset>
      </div>
    </Modal>
  );
}

function Field({ label, more, children }: { label: string; more?: string; children: ReactNode }) {
  return (
    <label className={css.field}>
      <span>{label}</span>
      {children}
      {more && <span className={css.hint}>{more}</span>}
    </label>
  );
}
