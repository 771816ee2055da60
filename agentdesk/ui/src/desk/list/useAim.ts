import { type MouseEvent, type RefObject, useLayoutEffect, useRef } from "react";
import type { Row } from "@/api/types";

// A hand that is about to click does not see in less than this that the row under it became another one, in ms.
const reaction = 350;

/**
 * Gives a handler for clicks in the capture phase: a click right after rows moved opens the row that was aimed at, not
 * the one that slid under the pointer.
 */
export function useAim(scroller: RefObject<HTMLDivElement | null>, rows: Row[], show: (id: number) => void): (e: MouseEvent) => void {
  const before = useRef(rows);
  const over = useRef<number | null>(null);
  const moved = useRef({ at: Number.NEGATIVE_INFINITY, from: 0 });

  useLayoutEffect(() => {
    const el = scroller.current;
    if (!el) return;
    const point = (e: PointerEvent) => {
      over.current = ticketOf(e.target);
    };
    const leave = () => {
      over.current = null;
    };
    el.addEventListener("pointermove", point);
    el.addEventListener("pointerleave", leave);
    return () => {
      el.removeEventListener("pointermove", point);
      el.removeEventListener("pointerleave", leave);
    };
  }, [scroller]);

  useLayoutEffect(() => {
    const old = before.current;
    before.current = rows;
    const id = over.current;
    if (old === rows || id === null) return;
    const [was, is] = [old, rows].map((list) => list.findIndex((r) => r.id === id));
    if (was === is || is === -1) return;
    moved.current = { at: performance.now(), from: id };
  }, [rows]);

  return (e) => {
    // Pressed by a key, a button is meant as it stands.
    if (e.detail === 0 || performance.now() - moved.current.at > reaction) return;
    const aimed = moved.current.from;
    if (ticketOf(e.target) === aimed) return;
    e.stopPropagation();
    show(aimed);
  };
}

const ticketOf = (target: EventTarget | null) => Number((target as HTMLElement).closest<HTMLElement>("[data-ticket]")?.dataset.ticket) || null;
