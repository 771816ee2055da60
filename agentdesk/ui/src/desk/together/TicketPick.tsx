import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket, TicketState } from "@/api/types";
import { useFind } from "../search/useFind.ts";
import css from "../ticket/move.module.css";

export interface Target {
  id: number;
  number: string;
  subject: string;
  state: TicketState;
}

const none: Target[] = [];

/** Finds another ticket: the linked ones first, then the customer's, or one by its number, subject or customer. */
export function TicketPick({ ticket, first = none, choose }: { ticket: Ticket; first?: Target[]; choose: (to: Target) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const found = useFind(text);
  const near: Target[] = [...first, ...ticket.links.map((l) => l.ticket), ...ticket.customer.tickets];
  const targets = unique(text.trim() ? found.tickets : near).filter((x) => x.id !== ticket.id);
  return (
    <>
      <Input autoFocus allowClear value={text} placeholder={t("message.move_find")} aria-label={t("message.move_find")} onChange={(e) => setText(e.target.value)} />
      <ul className={css.targets}>
        {targets.map((x) => (
          <li key={x.id}>
            <button type="button" onClick={() => choose(x)}>
              <span className={css.number}>{`#${x.number}`}</span>
              <span className={css.subject}>{x.subject || t("ticket.no_subject")}</span>
              <span className={css.state}>{t(`state.${x.state}`)}</span>
            </button>
          </li>
        ))}
      </ul>
      {targets.length === 0 && <p className={css.none}>{t("message.move_none")}</p>}
    </>
  );
}

function unique(all: Target[]): Target[] {
  return [...new Map(all.map((x) => [x.id, x])).values()].slice(0, 12);
}
