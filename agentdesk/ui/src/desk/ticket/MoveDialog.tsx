import { useNavigate, useParams } from "@tanstack/react-router";
import { App, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { moveMessage } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Entry, Ticket } from "@/api/types";
import { type Target, TicketPick } from "../together/TicketPick.tsx";

/** Moves a message to the ticket where it belongs. */
export default function MoveDialog({ entry, ticket, close }: { entry: Entry; ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const { box = "all" } = useParams({ strict: false });

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
      <TicketPick ticket={ticket} choose={(to) => void move(to)} />
    </Modal>
  );
}
