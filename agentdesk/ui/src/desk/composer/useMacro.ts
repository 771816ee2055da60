import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { applyMacro } from "@/api/calls";
import type { Macro } from "@/api/types";
import { keys } from "@/data/keys";
import { nameIn } from "@/data/queries";

type Insert = (direction: "out" | "note", text: string) => void;

/** Does what a macro changes on a ticket, and hands its words to whoever writes. Gives whether it was done; a refusal is said. */
export function useMacro(): (ticket: number, macro: Macro, insert: Insert) => Promise<boolean> {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  return async (ticket, macro, insert) => {
    try {
      const words = await applyMacro(ticket, macro.id);
      if (words.text) insert(words.direction, words.text);
      for (const queryKey of [keys.ticket(ticket), keys.timeline(ticket)]) void client.invalidateQueries({ queryKey });
      void message.success(t("macros.used", { name: nameIn(macro, i18n.language) }), 2);
      return true;
    } catch (e) {
      void message.error((e as Error).message);
      return false;
    }
  };
}

/** The macros whose name, in any language, holds what was typed. */
export function findMacros(all: Macro[], text: string): Macro[] {
  const q = text.trim().toLowerCase();
  return all.filter((m) => `${m.name} ${m.name_en ?? ""}`.toLowerCase().includes(q));
}
