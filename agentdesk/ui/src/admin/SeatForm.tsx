import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { AutoComplete, Button, InputNumber, Modal, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/client";
import { saveSeat, type Seat } from "@/api/queue";
import { keys } from "@/data/keys";
import { queueName, queuesQuery, seatQuery } from "@/data/queries";
import { channelName } from "@/parts/Channel";
import { Quiet } from "@/parts/Quiet";
import { Bone, Failed, Late } from "@/parts/states";
import css from "./rules/rules.module.css";
import { useRows } from "./rules/rows.ts";
import { Level } from "./rules/WantEditor.tsx";
import admin from "./admin.module.css";

const channels = ["phone", "chat", "email"] as const;
const languages = ["zh", "en", "ja", "ko", "de", "fr", "es", "ru"];

interface Props {
  agent: { id: number; name: string };
  close: () => void;
}

/** What somebody can take: language, skills, how many contacts at a time, and from which queues first. */
export function SeatForm({ agent, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(seatQuery(agent.id));
  const [edited, setEdited] = useState<Seat | null>(null);
  const seat = edited ?? query.data;
  const save = useMutation({
    mutationFn: async () => {
      if (!seat) return;
      await saveSeat(agent.id, { ...seat, skills: seat.skills.filter((s) => s.skill.trim() !== "") });
      for (const queryKey of [keys.seat(agent.id), keys.agents, keys.mySeat]) await client.invalidateQueries({ queryKey });
    },
    onSuccess: close,
  });
  const error = save.error instanceof Problem && save.error.fields.length > 0 ? save.error.fields.map((f) => f.detail).join(" ") : save.error?.message;
  return (
    <Modal
      open
      width={600}
      title={t("seat.title", { name: agent.name })}
      onCancel={close}
      okText={t("mailboxes.save")}
      cancelText={t("mailboxes.cancel")}
      okButtonProps={{ disabled: edited === null }}
      confirmLoading={save.isPending}
      onOk={() => save.mutate()}
    >
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      {!seat && query.isPending && (
        <Late>
          <Bone width="60%" />
        </Late>
      )}
      {seat && <Fields seat={seat} change={(part) => setEdited({ ...seat, ...part })} />}
      {error && (
        <p className={admin.errorText} role="alert">
          {error}
        </p>
      )}
    </Modal>
  );
}

function Fields({ seat, change }: { seat: Seat; change: (part: Partial<Seat>) => void }) {
  const { t } = useTranslation();
  return (
    <div className={css.seat}>
      <Part title={t("seat.language")} more={t("seat.language_more")}>
        <AutoComplete
          value={seat.language}
          maxLength={20}
          aria-label={t("seat.language")}
          options={languages.map((value) => ({ value }))}
          onChange={(language) => change({ language })}
        />
      </Part>
      <Part title={t("seat.skills")} more={t("seat.skills_more")}>
        <Skills skills={seat.skills} change={(skills) => change({ skills })} />
      </Part>
      <Part title={t("seat.capacity")} more={t("seat.capacity_more")}>
        {channels.map((c) => (
          <Room key={c} channel={c} capacity={seat.capacity} change={(capacity) => change({ capacity })} />
        ))}
      </Part>
      <Part title={t("seat.queues")} more={t("seat.queues_more")}>
        <Order queues={seat.queues} change={(queues) => change({ queues })} />
      </Part>
    </div>
  );
}

function Part({ title, more, children }: { title: string; more: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h2>{title}</h2>
      <p className={css.hint}>{more}</p>
      {children}
    </section>
  );
}

function Skills({ skills, change }: { skills: Seat["skills"]; change: (s: Seat["skills"]) => void }) {
  const { t } = useTranslation();
  const { rows, put, add, drop } = useRows(skills, change);
  return (
    <div className={css.group}>
      {rows.map(({ key, value: s }) => (
        <div key={key} className={css.condition}>
          <AutoComplete
            value={s.skill}
            maxLength={50}
            aria-label={t("rules.skill")}
            placeholder={t("rules.skill_hint")}
            options={languages.filter((l) => s.skill && l.startsWith(s.skill)).map((value) => ({ value }))}
            onChange={(skill) => put(key, { ...s, skill })}
          />
          <Level value={s.level} change={(level) => put(key, { ...s, level })} />
          <Quiet label={t("rules.drop")} onClick={() => drop(key)}>
            <CloseOutlined />
          </Quiet>
        </div>
      ))}
      <Button size="small" icon={<PlusOutlined />} onClick={() => add({ skill: "", level: 3 })}>
        {t("rules.add_skill")}
      </Button>
    </div>
  );
}

function Room({ channel, capacity, change }: { channel: string; capacity: Seat["capacity"]; change: (c: Seat["capacity"]) => void }) {
  const { t } = useTranslation();
  const room = capacity[channel] ?? { max: 0, yields: [] };
  const name = channelName(t, channel);
  return (
    <div className={css.row}>
      <span className={css.channel}>{name}</span>
      <InputNumber
        value={room.max}
        min={0}
        max={100}
        precision={0}
        aria-label={t("seat.most_of", { channel: name })}
        onChange={(n) => change({ ...capacity, [channel]: { ...room, max: n ?? 0 } })}
      />
      <span>{t("seat.at_a_time")}</span>
      <Select
        mode="multiple"
        value={room.yields}
        aria-label={t("seat.yields_of", { channel: name })}
        placeholder={t("seat.yields_none")}
        options={channels.filter((c) => c !== channel).map((value) => ({ value: value as string, label: channelName(t, value) }))}
        onChange={(yields) => change({ ...capacity, [channel]: { ...room, yields } })}
      />
    </div>
  );
}

/** The queues somebody works on, the first in front; none chosen means all that he sees. */
function Order({ queues, change }: { queues: number[]; change: (ids: number[]) => void }) {
  const { t, i18n } = useTranslation();
  const { data: all = [] } = useQuery(queuesQuery);
  const named = (id: number) => {
    const q = all.find((x) => x.id === id);
    return q ? queueName(q, i18n.language) : `#${id}`;
  };
  const move = (at: number, to: number) => change(queues.toSpliced(at, 1).toSpliced(to, 0, queues[at] as number));
  const others = all.filter((q) => !queues.includes(q.id));
  return (
    <>
      <ol className={css.order}>
        {queues.map((id, i) => (
          <li key={id}>
            <span className={css.rank}>{i + 1}</span>
            <span className={css.push}>{named(id)}</span>
            <Quiet label={t("seat.up", { name: named(id) })} disabled={i === 0} onClick={() => move(i, i - 1)}>
              <ArrowUpOutlined />
            </Quiet>
            <Quiet label={t("seat.down", { name: named(id) })} disabled={i === queues.length - 1} onClick={() => move(i, i + 1)}>
              <ArrowDownOutlined />
            </Quiet>
            <Quiet label={t("seat.drop_queue", { name: named(id) })} onClick={() => change(queues.filter((x) => x !== id))}>
              <CloseOutlined />
            </Quiet>
          </li>
        ))}
      </ol>
      {others.length > 0 && (
        <Select
          value={null}
          className={css.addQueue}
          placeholder={queues.length === 0 ? t("seat.all_queues") : t("seat.add_queue")}
          aria-label={t("seat.add_queue")}
          options={others.map((q) => ({ value: q.id, label: queueName(q, i18n.language) }))}
          onChange={(id: number | null) => id && change([...queues, id])}
        />
      )}
    </>
  );
}
