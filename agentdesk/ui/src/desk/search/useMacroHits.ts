import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Entry, Macro } from "@/api/types";
import { keys } from "@/data/keys";
import type { Pages } from "@/data/lists";
import { macrosQuery, ticketQuery } from "@/data/queries";
import { change, write, writingOn } from "../composer/drafts.ts";
import { findMacros, useMacro } from "../composer/useMacro.ts";
import { useOpened } from "../queue/useOpen.ts";

const few = 5;

/** The macros that a text names, for the ticket that is open; without one there are none. `use` puts their words into its composer. */
export function useMacroHits(text: string): { macros: Macro[]; use: (m: Macro) => Promise<void> } {
  const client = useQueryClient();
  const id = useOpened();
  const { data: all = [] } = useQuery({ ...macrosQuery, enabled: id !== null });
  const apply = useMacro();
  const ticket = id === null ? undefined : client.getQueryData(ticketQuery(id).queryKey);
  const macros = text.trim() === "" || !ticket || ticket.merged_into ? [] : findMacros(all, text).slice(0, few);

  async function use(m: Macro) {
    if (!ticket) return;
    await apply(ticket.id, m, (direction, words) => {
      const pages = client.getQueryData<Pages<Entry>>(keys.timeline(ticket.id));
      write(ticket, pages?.pages.flatMap((p) => p.items) ?? [], direction);
      const s = writingOn(ticket);
      const before = s.get().text;
      change(ticket.id, s, { direction, text: before.trim() === "" ? words : `${before}\n${words}` });
    });
  }
  return { macros, use };
}
