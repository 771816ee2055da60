import { App, Button } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Row, TicketState } from "@/api/types";
import { useMe } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { Kbd } from "@/parts/Kbd";
import { store, useStore } from "@/parts/store";
import css from "./ticket.module.css";
import { useChange } from "./useChange.ts";

/** What was last done to a ticket by a key, as long as it can be taken back; `row` is the ticket before it. */
interface Done {
  row: Row;
  state: TicketState;
  /** The ticket that took its place. */
  next: number | null;
  /** Names the message that offers to take it back; each has its own, one that is leaving cannot be used again. */
  key: string;
}
const done = store<Done | null>(null);
let count = 0;

// How long taking back is offered, in s.
const offered = 8;
// A key pressed within this of the list's moving on was meant for the ticket before, in ms.
const unaware = 700;

interface Moves {
  /** Goes to the next ticket, after one was done with; gives its id. */
  moveOn: () => number | null;
  /** Goes back to a ticket, after what was done to it was taken back. */
  moveBack: (id: number) => void;
}

/**
 * The keys that act on the ticket under the cursor. What a key ended can be taken back for some seconds, and nothing
 * pressed before one could see that another ticket is open acts on that one.
 */
export function useTicketCommands(row: Row | null, { moveOn, moveBack }: Moves): void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const me = useMe();
  const change = useChange();
  const last = useStore(done);
  const moved = useRef(Number.NEGATIVE_INFINITY);
  const aware = () => performance.now() - moved.current > unaware;

  async function set(state: TicketState) {
    if (!row || row.state === state || !aware()) return;
    let next: number | null = null;
    if (state !== "open") {
      moved.current = performance.now();
      next = moveOn();
    }
    if (!(await change(row, { state }))) return;
    const words = t(`did.${state}`, { number: row.number });
    if (state === "open") {
      void message.success(words, 2);
      return;
    }
    message.destroy(done.get()?.key ?? "");
    const now: Done = { row, state, next, key: `undo ${++count}` };
    done.set(now);
    void message.open({
      key: now.key,
      type: "success",
      duration: offered,
      content: (
        <>
          {words}
          <Button type="link" size="small" className={css.undo} onClick={() => void undo()}>
            {t("did.undo")} <Kbd>z</Kbd>
          </Button>
        </>
      ),
      onClose: () => done.set((d) => (d === now ? null : d)),
    });
  }
  async function undo() {
    const d = done.get();
    if (!d) return;
    done.set(null);
    message.destroy(d.key);
    moved.current = Number.NEGATIVE_INFINITY;
    moveBack(d.row.id);
    if (await change({ ...d.row, state: d.state }, { state: d.row.state })) void message.success(t("did.undone", { number: d.row.number }), 2);
  }
  async function take() {
    if (!row || row.assignee?.id === me.id || !aware()) return;
    await change(row, { assignee_id: me.id });
  }
  const on = row !== null;
  useCommand("take", () => void take(), on);
  useCommand("resolve", () => void set("resolved"), on);
  useCommand("wait", () => void set("pending"), on);
  useCommand("hold", () => void set("on_hold"), on);
  // Right after a ticket was ended, opening "it" again means that one and not the next.
  useCommand("reopen", () => void (last && last.next === (row?.id ?? null) ? undo() : set("open")), on || last !== null);
  useCommand("undo", () => void undo(), last !== null);
}
