import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { mergeTicket } from "@/api/calls";
import { Problem } from "@/api/client";
import { keys } from "@/data/keys";
import type { Target } from "./TicketPick.tsx";

/** Merges a ticket into another and goes there; where the customers differ it asks once more. */
export function useMerge(): (from: { id: number; number: string }, into: Target) => Promise<void> {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { box = "all" } = useParams({ strict: false });

  return async function merge(from, into, anyway = false): Promise<void> {
    try {
      await mergeTicket(from.id, into.id, anyway);
    } catch (e) {
      if (e instanceof Problem && e.code === "other_customer" && !anyway) {
        modal.confirm({ title: e.message, okText: t("merge.anyway"), onOk: () => (merge as Merge)(from, into, true) });
        return;
      }
      void message.error(e instanceof Problem && !e.offline ? (e.fields[0]?.detail ?? e.message) : t("error.not_saved"));
      return;
    }
    void message.success(t("merge.done", { number: into.number }));
    for (const id of [from.id, into.id]) {
      for (const queryKey of [keys.ticket(id), keys.timeline(id), keys.similar(id)]) void client.invalidateQueries({ queryKey });
    }
    await navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: String(into.id) }, search: (s) => s });
  } as Merge;
}

type Merge = (from: { id: number; number: string }, into: Target, anyway?: boolean) => Promise<void>;
