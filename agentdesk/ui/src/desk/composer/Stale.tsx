import { WarningOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Entry, Ticket } from "@/api/types";
import { timelineQuery, useMe } from "@/data/queries";
import { type Store, useStore } from "@/parts/store";
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

/** Warns the writer that the conversation went on while he wrote, before the customer notices. */
export function Stale({ ticket, s, refused, anyway }: Props) {
  const { t } = useTranslation();
  const seen = useStore(s, (w) => w.seen);
  const note = useStore(s, (w) => w.direction === "note");
  const me = useMe();
  const { data } = useInfiniteQuery(timelineQuery(ticket.id));
  const later = data?.pages.flatMap((p) => p.items).filter((e) => e.kind === "message" && e.id > seen && !mine(e, me.id)).length ?? 0;
  const count = Math.max(refused, later);
  if (count === 0 || note) return null;
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

const mine = (e: Entry, me: number) => e.author.kind === "agent" && e.author.id === me;
