import { WarningOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Entry, Ticket } from "@/api/types";
import { timelineQuery, useMe } from "@/data/queries";
import { type Store, useStore } from "@/parts/store";
import { useWording } from "../ticket/EventLine.tsx";
import { toEnd } from "../ticket/Timeline.tsx";
import css from "./composer.module.css";
import { change, type Writing } from "./drafts.ts";

interface Props {
  ticket: Ticket;
  s: Store<Writing>;
  /** How many new messages the server refused the sending for; 0 when it did not. */
  refused: number;
  anyway: () => void;
}

/** Warns the writer of what others said and did about the ticket while he wrote, before the customer notices. */
export function Stale({ ticket, s, refused, anyway }: Props) {
  const seen = useStore(s, (w) => w.seen);
  const note = useStore(s, (w) => w.direction === "note");
  const me = useMe();
  const { data } = useInfiniteQuery(timelineQuery(ticket.id));
  const all = useMemo(() => data?.pages.flatMap((p) => p.items) ?? none, [data]);
  const later = all.filter((e) => e.kind === "message" && e.id > seen && !mine(e, me.id)).length;
  const count = Math.max(refused, later);
  return (
    <>
      <Done ticket={ticket.id} entries={all} />
      {count > 0 && !note && <Said {...{ ticket, s, count, refused, anyway }} />}
    </>
  );
}

function Said({ ticket, s, count, refused, anyway }: Props & { count: number }) {
  const { t } = useTranslation();
  return (
    <div className={css.stale} role="alert">
      <WarningOutlined aria-hidden />
      <span>{t("composer.stale", { count })}</span>
      <Button
        size="small"
        onClick={() => {
          toEnd.set((n) => n + 1);
          change(ticket.id, s, { seen: ticket.last_message_id });
        }}
      >
        {t("composer.stale_show")}
      </Button>
      {refused > 0 && (
        <Button size="small" type="text" onClick={anyway}>
          {t("composer.stale_anyway")}
        </Button>
      )}
    </div>
  );
}

// Changes that may make an answer needless, or another's business.
const weighty = new Set(["state", "assignee", "queue"]);

/** What colleagues changed since the composer was opened: the ticket may be ended, or somebody else's. */
function Done({ ticket, entries }: { ticket: number; entries: Entry[] }) {
  const { t } = useTranslation();
  const me = useMe();
  const say = useWording();
  const newest = Math.max(0, ...entries.map((e) => e.id));
  const [since, setSince] = useState({ ticket, id: newest });
  // The timeline was not there yet when the composer was.
  if (since.ticket !== ticket || (since.id === 0 && newest > 0)) setSince({ ticket, id: newest });
  const done = entries.filter((e) => e.id > since.id && e.author.kind === "agent" && e.author.id !== me.id && weighty.has(e.event?.name ?? ""));
  if (done.length === 0) return null;
  const names = [...new Set(done.map((e) => e.author.name))];
  return (
    <div className={css.stale} role="alert">
      <WarningOutlined aria-hidden />
      <span>
        {t("composer.meanwhile")}{" "}
        {names.map((name) => (
          <span key={name}>
            <b>{name}</b> {done.filter((e) => e.author.name === name).toReversed().map(say).join(t("event.and"))}
          </span>
        ))}
      </span>
      <Button size="small" onClick={() => setSince({ ticket, id: newest })}>
        {t("composer.meanwhile_seen")}
      </Button>
    </div>
  );
}

const none: Entry[] = [];
const mine = (e: Entry, me: number) => e.author.kind === "agent" && e.author.id === me;
