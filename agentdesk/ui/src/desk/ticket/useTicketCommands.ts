import { App } from "antd";
import { useTranslation } from "react-i18next";
import type { Row, TicketState } from "@/api/types";
import { useMe } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { useChange } from "./useChange.ts";

/** The keys that act on the ticket under the cursor; `moveOn` is called when it is done with. */
export function useTicketCommands(row: Row | null, moveOn: () => void): void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const me = useMe();
  const change = useChange();

  async function set(state: TicketState) {
    if (!row || row.state === state) return;
    if (state !== "open") moveOn();
    if (await change(row, { state })) void message.success(t(`did.${state}`, { number: row.number }), 2);
  }
  async function take() {
    if (!row || row.assignee?.id === me.id) return;
    await change(row, { assignee_id: me.id });
  }
  const on = row !== null;
  useCommand("take", () => void take(), on);
  useCommand("resolve", () => void set("resolved"), on);
  useCommand("wait", () => void set("pending"), on);
  useCommand("hold", () => void set("on_hold"), on);
  useCommand("reopen", () => void set("open"), on);
}
