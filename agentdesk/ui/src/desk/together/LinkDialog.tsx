import { useQueryClient } from "@tanstack/react-query";
import { App, Modal, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type LinkKind, linkTicket } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import css from "./together.module.css";
import { type Target, TicketPick } from "./TicketPick.tsx";

const kinds: LinkKind[] = ["related", "child", "parent"];

/** Says that another ticket belongs together with this one, and how. */
export default function LinkDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [kind, setKind] = useState<LinkKind>("related");

  async function link(to: Target) {
    try {
      await linkTicket(ticket.id, to.id, kind);
      for (const id of [ticket.id, to.id]) void client.invalidateQueries({ queryKey: keys.ticket(id) });
      close();
      void message.success(t("links.done", { number: to.number }));
    } catch (e) {
      void message.error(e instanceof Problem && !e.offline ? (e.fields[0]?.detail ?? e.message) : t("error.not_saved"));
    }
  }
  return (
    <Modal open title={t("links.add")} footer={null} onCancel={close} width={560}>
      <div className={css.kinds}>
        <Segmented<LinkKind> vertical block value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k, label: t(`links.as_${k}`) }))} />
      </div>
      <TicketPick ticket={ticket} choose={(to) => void link(to)} />
    </Modal>
  );
}
