import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { teamsQuery } from "@/data/queries";
import { Time } from "@/parts/Time";
import { endBroadcast, tell } from "./calls.ts";
import css from "./lead.module.css";
import { broadcastsQuery, useFresh } from "./queries.ts";

/** Tells everybody something, or a team; below it what is being told, and how many have read it. */
export function Broadcast({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: told = [] } = useQuery({ ...broadcastsQuery, staleTime: 0 });
  const [text, setText] = useState("");
  const [team, setTeam] = useState(0);
  const [minutes, setMinutes] = useState(480);
  const [urgent, setUrgent] = useState(false);
  useFresh(/^broadcast\./, broadcastsQuery.queryKey);
  const again = () => client.invalidateQueries({ queryKey: broadcastsQuery.queryKey });
  const send = useMutation({
    mutationFn: () => tell({ text, urgent, minutes, ...(team ? { team_id: team } : {}) }),
    onSuccess: async () => {
      setText("");
      await again();
    },
  });
  const end = useMutation({ mutationFn: endBroadcast, onSettled: again });
  return (
    <Modal
      open
      width={560}
      title={t("lead.tell.title")}
      okText={t("lead.tell.send")}
      cancelText={t("mailboxes.cancel")}
      okButtonProps={{ disabled: !text.trim() }}
      confirmLoading={send.isPending}
      onOk={() => send.mutate()}
      onCancel={close}
    >
      <Input.TextArea autoFocus value={text} maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} aria-label={t("lead.tell.text")} onChange={(e) => setText(e.target.value)} />
      <div className={css.choices}>
        <Select
          value={team}
          aria-label={t("lead.tell.to")}
          onChange={setTeam}
          options={[{ value: 0, label: t("lead.tell.everybody") }, ...teams.map((x) => ({ value: x.id, label: x.name }))]}
        />
        <Select
          value={minutes}
          aria-label={t("lead.tell.until")}
          onChange={setMinutes}
          options={[30, 120, 480, 1440].map((value) => ({ value, label: t("lead.tell.hours", { hours: value / 60 }) }))}
        />
        <Checkbox checked={urgent} onChange={(e) => setUrgent(e.target.checked)}>
          {t("lead.tell.urgent")}
        </Checkbox>
      </div>
      {send.error && (
        <p className={css.bad} role="alert">
          {send.error.message}
        </p>
      )}
      {told.length > 0 && (
        <ul className={css.told} aria-label={t("lead.tell.told")}>
          {told.map((b) => (
            <li key={b.id}>
              <p>{b.text}</p>
              <span className={css.muted}>
                {b.by} · <Time at={b.at} clock /> · {t("lead.tell.reads", { count: b.reads })}
              </span>
              <Button size="small" type="link" onClick={() => end.mutate(b.id)}>
                {t("lead.tell.end")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Modal>
  );
}
