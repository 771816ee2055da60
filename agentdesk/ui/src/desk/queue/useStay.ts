import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/client";
import { keys } from "@/data/keys";

/**
 * Does something with a ticket's stay in its queue and reads again what it changed. Gives whether it was done; a refusal
 * is said in words.
 */
export function useStay(ticket: number): (act: () => Promise<unknown>, words?: string) => Promise<boolean> {
  const client = useQueryClient();
  const { t } = useTranslation();
  const { message } = App.useApp();
  return async (act, words) => {
    try {
      await act();
      if (words) void message.success(words, 2);
      return true;
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      void message.error(e.offline ? t("error.not_saved") : [e.message, ...e.fields.map((f) => f.detail)].join(" "));
      return false;
    } finally {
      for (const queryKey of [keys.ticket(ticket), keys.work, keys.offers]) void client.invalidateQueries({ queryKey });
    }
  };
}
