import { useEffect } from "react";
import type { Work } from "@/api/queue";
import { store } from "@/parts/store";
import type { Read } from "./work.ts";

const place = "reads";

/** By ticket, what was on the screen when it was last looked at in this browser. */
export const reads = store<ReadonlyMap<number, Read>>(kept());

function kept(): Map<number, Read> {
  try {
    return new Map(JSON.parse(localStorage.getItem(place) ?? "[]") as [number, Read][]);
  } catch {
    return new Map();
  }
}

/** Notes that a ticket's messages are read as they come, while it is open and somebody can see it. */
export function useReading(work: Work[], open: number | null): void {
  useEffect(() => {
    const note = () => {
      const w = work.find((x) => x.ticket.id === open);
      if (!w?.last_in || document.visibilityState !== "visible") return;
      const read = { id: w.last_in.id, unanswered: w.unanswered };
      const old = reads.get().get(w.ticket.id);
      if (old?.id === read.id && old.unanswered === read.unanswered) return;
      // What is no longer in hand needs no mark.
      const here = new Set(work.map((x) => x.ticket.id));
      reads.set((all) => new Map([...all].filter(([id]) => here.has(id))).set(w.ticket.id, read));
      localStorage.setItem(place, JSON.stringify([...reads.get()]));
    };
    note();
    document.addEventListener("visibilitychange", note);
    return () => document.removeEventListener("visibilitychange", note);
  }, [work, open]);
}
