import { infiniteQueryOptions, queryOptions, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useEvents } from "@/live/state";
import * as calls from "./calls.ts";

/** Numbers move with time too, not with events alone: a wait grows, a half hour passes. */
const slow = 20_000;

export const nowQuery = queryOptions({ queryKey: ["lead", "queues"], queryFn: ({ signal }) => calls.queuesNow(signal), staleTime: 0, refetchInterval: slow });
export const agentsNowQuery = queryOptions({ queryKey: ["lead", "agents"], queryFn: ({ signal }) => calls.agentsNow(signal), staleTime: 0, refetchInterval: slow });
export const measuresQuery = queryOptions({ queryKey: ["measures"], queryFn: ({ signal }) => calls.measures(signal), staleTime: Infinity });
export const thresholdsQuery = queryOptions({ queryKey: ["thresholds"], queryFn: ({ signal }) => calls.thresholds(signal), staleTime: 0 });
export const broadcastsQuery = queryOptions({ queryKey: ["broadcasts"], queryFn: ({ signal }) => calls.broadcasts(signal) });
export const whispersQuery = (ticket: number) =>
  queryOptions({ queryKey: ["whispers", ticket], queryFn: ({ signal }) => calls.whispers(ticket, signal) });
export const cardQuery = (from: string) => queryOptions({ queryKey: ["standards", from], queryFn: ({ signal }) => calls.myCard(from, signal), staleTime: 0 });
/** The standards of everybody today: their targets and weights. */
export const standardsQuery = queryOptions({ queryKey: ["standards", "now"], queryFn: ({ signal }) => calls.standards(signal), staleTime: 0 });
export const scoresQuery = (from: string) => queryOptions({ queryKey: ["standards", "all", from], queryFn: ({ signal }) => calls.scores(from, signal), staleTime: 60_000 });
export const trendQuery = (name: string, scope: calls.Scope) =>
  queryOptions({ queryKey: ["trend", name, scope], queryFn: ({ signal }) => calls.groups(name, "day", scope, signal), staleTime: 60_000 });
export const settingsQuery = queryOptions({ queryKey: ["measure-settings"], queryFn: ({ signal }) => calls.settings(signal), staleTime: 0 });
export const rowsQuery = (name: string, scope: calls.Scope) =>
  infiniteQueryOptions({
    queryKey: ["rows", name, scope],
    queryFn: ({ pageParam, signal }) => calls.rows(name, scope, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (p) => p.next || undefined,
    staleTime: 0,
  });

/** What says that a number of the live page has moved. */
const moves = /^(entry|offer|presence|seat|queue|ticket|agent|threshold)\./;
/** A burst of events is one reading; a person cannot read faster. */
const gather = 1000;

/** Reads the live page again when something happened, at most once a second, while the calling screen is there. */
export function useMoves(): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEvents((e) => {
    if (!moves.test(e.kind)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: ["lead"] });
    }, gather);
  });
}

/** Reads something again whenever an event of such a kind comes. */
export function useFresh(kinds: RegExp, queryKey: readonly unknown[]): void {
  const client = useQueryClient();
  useEvents((e) => {
    if (kinds.test(e.kind)) void client.invalidateQueries({ queryKey });
  });
}
