import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Row } from "@/api/types";

/**
 * Rows that come in above a reader who scrolled down do not move what he reads; they are counted, for a pill, until he
 * has gone up to them. At the top, or in a list shorter than its window, they simply appear.
 */
export function useSteadyScroll(scroller: RefObject<HTMLDivElement | null>, rows: Row[], height: number): number {
  const before = useRef(rows);
  const unseen = useRef(new Set<number>());
  const [above, setAbove] = useState(0);

  useEffect(() => {
    const el = scroller.current;
    if (!el) return;
    const scroll = () => {
      if (unseen.current.size === 0) return;
      const edge = firstWhole(el, height);
      const hidden = new Set(el.scrollTop < height ? [] : before.current.slice(0, edge).map((r) => r.id));
      for (const id of unseen.current) if (!hidden.has(id)) unseen.current.delete(id);
      setAbove(unseen.current.size);
    };
    el.addEventListener("scroll", scroll, { passive: true });
    return () => el.removeEventListener("scroll", scroll);
  }, [scroller, height]);

  useLayoutEffect(() => {
    const old = before.current;
    before.current = rows;
    const el = scroller.current;
    if (!el || old === rows || el.scrollTop < height) return;
    // The first row that is seen whole, or the next one below it that is still there.
    const was = old.findIndex((r, i) => i >= firstWhole(el, height) && rows.some((x) => x.id === r.id));
    if (was < 0) return;
    const is = rows.findIndex((r) => r.id === old[was]?.id);
    if (is !== was) el.scrollTop += (is - was) * height;
    const known = new Set(old.slice(0, was).map((r) => r.id));
    const now = new Set(rows.slice(0, is).map((r) => r.id));
    for (const id of unseen.current) if (!now.has(id)) unseen.current.delete(id);
    for (const id of now) if (!known.has(id)) unseen.current.add(id);
    setAbove(unseen.current.size);
  }, [rows, scroller, height]);

  return above;
}

const firstWhole = (el: HTMLElement, height: number) => Math.ceil(el.scrollTop / height);
