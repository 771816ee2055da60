import { ArrowDownOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { timelineQuery } from "@/data/queries";
import { store, useStore } from "@/parts/store";
import { Bone, Failed, Late } from "@/parts/states";
import { EventLine } from "./EventLine.tsx";
import { MessageCard } from "./MessageCard.tsx";
import { type Step, steps } from "./steps.ts";
import css from "./timeline.module.css";

/** Asks the timeline on the screen to go to its end; counts the asks. */
export const toEnd = store(0);

const guess = (s: Step | undefined) => (s?.entries[0].kind === "event" ? 30 : 160);
const noSteps: Step[] = [];

/**
 * What was said, oldest above. It opens at its end and stays there while the reader is there; a reader who went up
 * is not moved, and a pill tells him what came in below.
 */
export function Timeline({ id, ticket }: { id: number; ticket: Ticket | undefined }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(timelineQuery(id));
  const all = useMemo(() => (query.data ? steps(query.data.pages.flatMap((p) => p.items).toReversed()) : noSteps), [query.data]);
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<string | null>(null);
  const asked = useStore(toEnd);

  // The virtualizer keeps what is read in place when older entries come in above and when a height turns out otherwise.
  const virtual = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => guess(all[i]),
    getItemKey: (i) => all[i]?.key ?? i,
    overscan: 6,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: 80,
    paddingStart: 12,
    paddingEnd: 16,
  });
  const items = virtual.getVirtualItems();
  const lastKey = all.at(-1)?.key ?? null;
  const ready = all.length > 0;
  const atEnd = virtual.isAtEnd(80);

  useLayoutEffect(() => {
    if (ready) virtual.scrollToEnd();
  }, [ready, asked, virtual]);

  // The composer that opens takes room from below; who reads the end goes on reading it.
  const resting = useRef(atEnd);
  useEffect(() => {
    resting.current = atEnd;
  });
  useEffect(() => {
    const el = scroller.current;
    if (!el) return;
    const watch = new ResizeObserver(() => resting.current && virtual.scrollToEnd());
    watch.observe(el);
    return () => watch.disconnect();
  }, [virtual]);

  useEffect(() => {
    if (atEnd) setSeen(lastKey);
  }, [atEnd, lastKey]);

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const first = items[0]?.index ?? Number.POSITIVE_INFINITY;
  useEffect(() => {
    if (first < 4 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [first, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const seenAt = all.findIndex((s) => s.key === seen);
  const fresh = atEnd || seenAt < 0 ? 0 : all.length - 1 - seenAt;

  return (
    <div className={css.wrap}>
      <div className={css.scroller} ref={scroller} tabIndex={-1} role="log" aria-label={t("timeline.label")} aria-live="off">
        {query.isPending && (
          <Late>
            <Skeleton />
          </Late>
        )}
        {query.isError && !ready && <Failed error={query.error} retry={() => void query.refetch()} />}
        <ol className={css.entries} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const { key, entries } = all[item.index] as Step;
            const e = entries[0];
            return (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={css.entry}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {e.kind === "event" ? <EventLine entries={entries} /> : <MessageCard entry={e} ticket={ticket} newest={key === lastKey} />}
              </li>
            );
          })}
        </ol>
      </div>
      {fresh > 0 && (
        <button type="button" className={css.pill} onClick={() => virtual.scrollToEnd()}>
          <ArrowDownOutlined aria-hidden /> {t("timeline.new", { count: fresh })}
        </button>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div className={css.skeleton} aria-hidden>
      {["70%", "92%", "40%"].map((w) => (
        <div key={w}>
          <Bone width="30%" />
          <Bone width={w} />
          <Bone width="85%" />
        </div>
      ))}
    </div>
  );
}
