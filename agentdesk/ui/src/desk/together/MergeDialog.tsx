import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { similarQuery } from "@/data/queries";
import css from "./together.module.css";
import { TicketPick } from "./TicketPick.tsx";
import { useMerge } from "./useMerge.tsx";

/** Chooses the ticket into which this one goes. */
export default function MergeDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const merge = useMerge();
  const { data: alike = [] } = useQuery(similarQuery(ticket.id));
  return (
    <Modal open title={t("merge.title")} footer={null} onCancel={close} width={520}>
      <p className={css.lead}>{t("merge.lead", { number: ticket.number })}</p>
      <TicketPick
        ticket={ticket}
        first={alike}
        choose={(to) => {
          close();
          void merge(ticket, to);
        }}
      />
    </Modal>
  );
}
