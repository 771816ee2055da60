import { useNavigate, useParams } from "@tanstack/react-router";
import { App, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moveMessage } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Entry, Ticket, TicketState } from "@/api/types";
import { useFind } from "../search/useFind.ts";
import css from "./move.module.css";

interface Target {
  id: number;
  number: string;
  subject: string;
  state: TicketState;
}

/** Moves a message to the ticket where it belongs: the linked ones first, then the customer's, or one by its number. */
export default function MoveDialog({ entry, ticket, close }: { entry: Entry; ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const { box = "all" } = useParams({ strict: false });
  const [text, setText] = useState("");
  const found = useFind(text);
  const near: Target[] = [...ticket.links.map((l) => l.ticket), ...ticket.customer.tickets];
  const targets = unique(text.trim() ? found.tickets : near).filter((x) => x.id !== ticket.id);

  async function move(to: Target) {
    try {
      await moveMessage(ticket.id, entry.id, to.id);
      close();
      void message.success(t("message.move_done", { number: to.number }));
      await navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: String(to.id) } });
    } catch (e) {
      void message.error(e instanceof Problem && !e.offline ? (e.fields[0]?.detail ?? e.message) : t("error.not_saved"));
    }
  }
  return (
    <Modal open title={t("message.move")} footer={null} onCancel={close} width={520}>
      <Input autoFocus allowClear value={text} placeholder={t("message.move_find")} aria-label={t("message.move_find")} onChange={(e) => setText(e.target.value)} />
      <ul className={css.targets}>
        {targets.map((x) => (
          <li key={x.id}>
            <button type="button" onClick={() => void move(x)}>
              <span className={css.number}>{`#${x.number}`}</span>
              <span className={css.subject}>{x.subject || t("ticket.no_subject")}</span>
              <span className={css.state}>{t(`state.${x.state}`)}</span>
            </button>
          </li>
        ))}
      </ul>
      {targets.length === 0 && <p className={css.none}>{t("message.move_none")}</p>}
    </Modal>
  );
}

function unique(list: Target[]): Target[] {
  return [...new Map(list.map((x) => [x.id, x])).values()].slice(0, 12);
}
