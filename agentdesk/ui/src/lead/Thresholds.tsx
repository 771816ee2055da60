import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, InputNumber, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queueName, queuesQuery } from "@/data/queries";
import { addThreshold, dropThreshold, type ThresholdBody } from "./calls.ts";
import css from "./lead.module.css";
import { thresholdsQuery } from "./queries.ts";

const kinds: ThresholdBody["measure"][] = ["waiting", "longest_wait", "abandoned", "service_level"];

/** Which numbers raise an alarm, and beyond what. */
export function Thresholds({ close }: { close: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const { data: all = [] } = useQuery(thresholdsQuery);
  const { data: queues = [] } = useQuery(queuesQuery);
  const [measure, setMeasure] = useState<ThresholdBody["measure"]>("waiting");
  const [queue, setQueue] = useState(0);
  const [value, setValue] = useState<number | null>(5);
  const again = () => client.invalidateQueries({ queryKey: thresholdsQuery.queryKey });
  const add = useMutation({
    mutationFn: () => addThreshold({ measure, value: value ?? 0, ...(queue ? { queue_id: queue } : {}) }),
    onSuccess: again,
  });
  const drop = useMutation({ mutationFn: dropThreshold, onSettled: again });
  const named = (id: number | null) => {
    const q = queues.find((x) => x.id === id);
    return q ? queueName(q, i18n.language) : t("lead.thresholds.each");
  };
  return (
    <Modal open width={620} title={t("lead.thresholds.title")} footer={null} onCancel={close}>
      <ul className={css.told}>
        {all.map((x) => (
          <li key={x.id}>
            <p>
              {named(x.queue_id)}: {t(`lead.thresholds.${x.measure}`, { value: x.value })}
            </p>
            <Button size="small" type="link" onClick={() => drop.mutate(x.id)}>
              {t("lead.thresholds.drop")}
            </Button>
          </li>
        ))}
        {all.length === 0 && <li className={css.muted}>{t("lead.thresholds.none")}</li>}
      </ul>
      <form
        className={css.choices}
        onSubmit={(e) => {
          e.preventDefault();
          add.mutate();
        }}
      >
        <Select
          value={queue}
          className={css.wide}
          aria-label={t("lead.queues.queue")}
          onChange={setQueue}
          options={[{ value: 0, label: t("lead.thresholds.each") }, ...queues.map((q) => ({ value: q.id, label: queueName(q, i18n.language) }))]}
        />
        <Select
          value={measure}
          className={css.wide}
          aria-label={t("lead.thresholds.measure")}
          onChange={setMeasure}
          options={kinds.map((k) => ({ value: k, label: t(`lead.thresholds.kind.${k}`) }))}
        />
        <InputNumber min={0} max={measure === "service_level" ? 100 : 1_000_000} precision={0} value={value} aria-label={t("lead.thresholds.value")} onChange={setValue} />
        <Button htmlType="submit" type="primary" disabled={value === null} loading={add.isPending}>
          {t("lead.thresholds.add")}
        </Button>
      </form>
      {add.error && (
        <p className={css.bad} role="alert">
          {add.error.message}
        </p>
      )}
    </Modal>
  );
}
