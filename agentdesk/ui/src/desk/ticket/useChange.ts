import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { changeTicket, type TicketChange, type TicketFilter } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Colleague, Row, Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import { belongs, type Pages, place, replace } from "@/data/lists";
import { useMe } from "@/data/queries";

/**
 * Changes a ticket: on the screen at once, on the server right after, and back again with a word where the server
 * refuses. Gives whether it was taken.
 */
export function useChange() {
  const client = useQueryClient();
  const me = useMe();
  const { t } = useTranslation();
  const { message } = App.useApp();

  function show(row: Row) {
    client.setQueryData<Ticket>(keys.ticket(row.id), (old) => old && { ...old, ...row });
    client.setQueriesData<Pages<Row>>({ queryKey: keys.viewLists }, (old) => old && replace(old, row));
    for (const q of client.getQueryCache().findAll({ queryKey: keys.lists })) {
      const keep = belongs(row, q.queryKey[1] as TicketFilter, me.id);
      client.setQueryData<Pages<Row>>(q.queryKey, (old) => old && place(old, row, keep));
    }
  }

  return async (row: Row, change: TicketChange): Promise<boolean> => {
    const { assignee_id, fields, ...plain } = change;
    const next: Row & { fields?: Ticket["fields"] } = { ...row, ...plain };
    const held = client.getQueryData<Ticket>(keys.ticket(row.id));
    if (fields && held) next.fields = { ...held.fields, ...fields };
    if (assignee_id !== undefined) {
      const agents = client.getQueryData<Colleague[]>(keys.agents) ?? [];
      const name = assignee_id === me.id ? me.name : agents.find((a) => a.id === assignee_id)?.name;
      next.assignee = assignee_id === null ? null : { id: assignee_id, name: name ?? "" };
    }
    show(next as Row);
    try {
      await changeTicket(row.id, change);
      return true;
    } catch (e) {
      show(held ? { ...row, fields: held.fields } as Row : row);
      const wrong = e instanceof Problem && !e.offline ? e.fields.map((f) => f.detail).join(" ") : "";
      void message.error(e instanceof Problem && !e.offline ? [e.message, wrong].filter(Boolean).join(" ") : t("error.not_saved"));
      return false;
    }
  };
}
