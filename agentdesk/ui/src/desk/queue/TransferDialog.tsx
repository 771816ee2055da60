import { ApartmentOutlined, TeamOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Stay, type Target, transfer } from "@/api/queue";
import type { Presence, Ticket } from "@/api/types";
import { agentsQuery, queueName, queuesQuery, teamsQuery, useMe } from "@/data/queries";
import { moods } from "@/live/state";
import { Dot } from "@/parts/Dot";
import { useStore } from "@/parts/store";
import css from "./stay.module.css";
import { findGoals, type Goal } from "./targets.ts";
import { useStay } from "./useStay.ts";

type Shown = Goal & { state?: Presence; more?: string };

const kinds = ["queue", "team", "agent"] as const;
const there: Presence[] = ["ready", "after_work", "not_ready", "away"];

/** Gives a contact to another queue, a team or a person, with a note for whoever gets it. By keys: type, arrows, Enter, note, Ctrl+Enter. */
export default function TransferDialog({ ticket, stay, close }: { ticket: Ticket; stay: Stay; close: () => void }) {
  const { t } = useTranslation();
  const run = useStay(ticket.id);
  const goals = useGoals(stay);
  const [text, setText] = useState("");
  const [note, setNote] = useState("");
  const [chosen, setChosen] = useState<Shown | null>(null);
  const [busy, setBusy] = useState(false);
  const list = useId();
  const found = useMemo(() => kinds.flatMap((k) => findGoals(goals, text).filter((g) => g.kind === k)), [goals, text]);
  const picked = found.find((g) => chosen && keyOf(g) === keyOf(chosen)) ?? (text ? found[0] : undefined);

  async function go() {
    if (!picked || busy) return;
    setBusy(true);
    if (await run(() => transfer(ticket.id, targetOf(picked), note.trim()), t("transfer.done", { name: picked.name }))) close();
    setBusy(false);
  }
  function press(e: KeyboardEvent<HTMLInputElement>) {
    if (e.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step || found.length === 0) return;
    e.preventDefault();
    const at = picked ? found.indexOf(picked) : -1;
    const next = found[Math.min(found.length - 1, Math.max(0, at + step))] as Shown;
    setChosen(next);
    document.getElementById(`${list}-${keyOf(next)}`)?.scrollIntoView({ block: "nearest" });
  }
  return (
    <Modal
      open
      width={480}
      title={t("transfer.title")}
      onCancel={close}
      footer={
        <>
          <Button onClick={close}>{t("mailboxes.cancel")}</Button>
          <Button type="primary" disabled={!picked} loading={busy} onClick={() => void go()}>
            {picked ? t("transfer.to", { name: picked.name }) : t("stay.transfer")}
          </Button>
        </>
      }
    >
      <Input
        autoFocus
        value={text}
        role="combobox"
        tabIndex={0}
        aria-expanded
        aria-controls={list}
        aria-activedescendant={picked ? `${list}-${keyOf(picked)}` : undefined}
        aria-label={t("transfer.find")}
        placeholder={t("transfer.find")}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={press}
        onPressEnter={(e) => {
          if (!e.nativeEvent.isComposing) void go();
        }}
      />
      <div className={css.targets} role="listbox" id={list} aria-label={t("transfer.targets")}>
        {kinds.map((kind) => {
          const those = found.filter((g) => g.kind === kind);
          if (those.length === 0) return null;
          return (
            <div key={kind} role="group" aria-label={t(`transfer.kind.${kind}`)}>
              <h3 role="presentation">{t(`transfer.kind.${kind}`)}</h3>
              {those.map((g) => (
                <div
                  key={keyOf(g)}
                  id={`${list}-${keyOf(g)}`}
                  role="option"
                  tabIndex={-1}
                  className={css.target}
                  aria-selected={g === picked}
                  onClick={() => setChosen(g)}
                  onKeyDown={(e) => e.key === "Enter" && setChosen(g)}
                >
                  <span className={css.sign} aria-hidden>
                    {g.kind === "queue" ? <ApartmentOutlined /> : g.kind === "team" ? <TeamOutlined /> : <Dot state={g.state ?? "away"} />}
                  </span>
                  <span>{g.name}</span>
                  {g.more && <small>{g.more}</small>}
                </div>
              ))}
            </div>
          );
        })}
        {found.length === 0 && <p className={css.none}>{t("search.none")}</p>}
      </div>
      <label className={css.field}>
        <span>{t("transfer.note")}</span>
        <Input.TextArea
          value={note}
          maxLength={1000}
          autoSize={{ minRows: 2, maxRows: 6 }}
          placeholder={t("transfer.note_hint")}
          onChange={(e) => setNote(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) void go();
          }}
        />
      </label>
    </Modal>
  );
}

const keyOf = (g: Goal) => `${g.kind}-${g.id}`;

function targetOf(g: Goal): Target {
  if (g.kind === "queue") return { queue_id: g.id };
  return g.kind === "team" ? { team_id: g.id } : { agent_id: g.id };
}

/** All that it can go to; those who are there stand before those who are not. */
function useGoals(stay: Stay): Shown[] {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const live = useStore(moods);
  const { data: queues } = useQuery(queuesQuery);
  const { data: teams } = useQuery(teamsQuery);
  const { data: agents } = useQuery(agentsQuery);
  return useMemo(() => {
    const people = (agents ?? [])
      .filter((a) => a.id !== me.id && a.id !== stay.agent?.id)
      .map((a): Shown & { state: Presence } => {
        const state = live.get(a.id)?.state ?? a.presence;
        return { kind: "agent", id: a.id, name: a.name, state, more: t(`presence.${state}`) };
      })
      .toSorted((a, b) => there.indexOf(a.state) - there.indexOf(b.state));
    return [
      ...(queues ?? [])
        .filter((q) => q.id !== stay.queue_id)
        .map((q): Shown => ({ kind: "queue", id: q.id, name: queueName(q, i18n.language), also: `${q.name} ${q.name_en ?? ""}` })),
      ...(teams ?? []).map((x): Shown => ({ kind: "team", id: x.id, name: x.name })),
      ...people,
    ];
  }, [agents, queues, teams, live, me.id, stay, t, i18n.language]);
}
