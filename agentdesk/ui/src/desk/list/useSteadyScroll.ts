import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Row } from "@/api/types";

/**
 * Keeps what the eyes or the pointer rest on where it is while rows come and go above it, and counts what came in
 * above the edge since the list was last at its top. At the top with the pointer elsewhere, new rows simply appear.
 */
export function useSteadyScroll(scroller: RefObject<HTMLDivElement | null>, rows: Row[], height: number, cursor: number | null): number {
  const before = useRef(rows);
  const hover = useRef<number | null>(null);
  const held = useRef(false);
  const [above, setAbove] = useState(0);

  useEffect(() => {
    const el = scroller.current;
    if (!el) return;
    const over = (e: PointerEvent) => {
      hover.current = Number((e.target as HTMLElement).closest<HTMLElement>("[data-ticket]")?.dataset.ticket) || null;
    };
    const leave = () => {
      hover.current = null;
      // Only the pointer kept the list from showing what came in at its top.
      if (held.current) el.scrollTo({ top: 0 });
    };
    const scroll = () => {
      if (el.scrollTop >= height) return;
      held.current = false;
      setAbove(0);
      const list = el.querySelector("ul");
      if (list && el.scrollTop === 0) list.style.minHeight = "";
    };
    el.addEventListener("pointerover", over);
    el.addEventListener("pointerleave", leave);
    el.addEventListener("scroll", scroll, { passive: true });
    return () => {
      el.removeEventListener("pointerover", over);
      el.removeEventListener("pointerleave", leave);
      el.removeEventListener("scroll", scroll);
    };
  }, [scroller, height]);

  useLayoutEffect(() => {
    const old = before.current;
    before.current = rows;
    const el = scroller.current;
    if (!el || old === rows || old.length === 0) return;
    const scrolled = el.scrollTop >= height;
    const atTop = el.scrollTop === 0;
    const anchor = hover.current ?? (scrolled ? (old[Math.ceil(el.scrollTop / height)]?.id ?? cursor) : null);
    if (anchor === null) return;
    const was = old.findIndex((r) => r.id === anchor);
    const is = rows.findIndex((r) => r.id === anchor);
    if (was < 0 || is < 0 || was === is) return;
    const top = el.scrollTop + (is - was) * height;
    // A list shorter than its window could not be scrolled; it is made long enough until it is at its top again.
    const list = el.querySelector("ul");
    if (list) list.style.minHeight = `${top + el.clientHeight}px`;
    el.scrollTop = top;
    if (is <= was) return;
    setAbove((n) => n + is - was);
    held.current ||= atTop;
  }, [rows, scroller, height, cursor]);

  return above;
}
