import { infiniteQueryOptions, queryOptions, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import * as api from "@/api/calls";
import * as queue from "@/api/queue";
import type { Page, Queue, Row } from "@/api/types";
import { keys } from "./keys.ts";
import type { Pages } from "./lists.ts";

/** How each thing is read; the keys are its name, the events keep it fresh. */
export const meQuery = queryOptions({ queryKey: keys.me, queryFn: () => api.me() });
export const queuesQuery = queryOptions({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
export const agentsQuery = queryOptions({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal) });
export const teamsQuery = queryOptions({ queryKey: keys.teams, queryFn: ({ signal }) => api.teams(signal), staleTime: 0 });
export const peopleQuery = queryOptions({ queryKey: keys.people, queryFn: ({ signal }) => api.people(signal), staleTime: 0 });
export const alarmsQuery = queryOptions({ queryKey: keys.alarms, queryFn: ({ signal }) => api.alarms(signal) });

export const viewsQuery = queryOptions({ queryKey: keys.views, queryFn: ({ signal }) => api.views(signal) });
export const viewCountsQuery = queryOptions({ queryKey: keys.viewCounts, queryFn: ({ signal }) => api.viewCounts(signal) });
export const macrosQuery = queryOptions({ queryKey: keys.macros, queryFn: ({ signal }) => api.macros(signal) });
export const fieldsQuery = queryOptions({ queryKey: keys.fields, queryFn: ({ signal }) => api.fields(signal) });
export const classesQuery = queryOptions({ queryKey: keys.classes, queryFn: ({ signal }) => api.classes(signal) });
export const tagsQuery = queryOptions({ queryKey: keys.tags, queryFn: ({ signal }) => api.tags("", 200, signal), staleTime: 60_000 });
export const calendarNamesQuery = queryOptions({ queryKey: keys.calendarNames, queryFn: ({ signal }) => api.calendarNames(signal), staleTime: 0 });
export const similarQuery = (id: number) => queryOptions({ queryKey: keys.similar(id), queryFn: ({ signal }) => api.similarTickets(id, signal), staleTime: 30_000 });

export const viewListQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: keys.viewList(id),
    queryFn: ({ pageParam, signal }): Promise<Page<Row>> => api.viewTickets(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });
export const offersQuery = queryOptions({ queryKey: keys.offers, queryFn: ({ signal }) => queue.offers(signal) });
export const workQuery = queryOptions({ queryKey: keys.work, queryFn: ({ signal }) => queue.work(signal) });
export const mySeatQuery = queryOptions({ queryKey: keys.mySeat, queryFn: ({ signal }) => queue.mySeat(signal) });
export const seatQuery = (agent: number) => queryOptions({ queryKey: keys.seat(agent), queryFn: ({ signal }) => queue.seatOf(agent, signal), staleTime: 0 });
export const rulesQuery = (id: number) => queryOptions({ queryKey: keys.rules(id), queryFn: ({ signal }) => queue.queueRules(id, signal), staleTime: 0 });

export const listQuery = (filter: api.TicketFilter) =>
  infiniteQueryOptions({
    queryKey: keys.list(filter),
    queryFn: ({ pageParam, signal }) => api.tickets(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });

// A ticket stays in memory for ten minutes after it was looked at; going back to it costs no request.
const keep = 10 * 60_000;

export const ticketQuery = (id: number) =>
  queryOptions({ queryKey: keys.ticket(id), queryFn: ({ signal }) => api.ticket(id, signal), gcTime: keep });

export const timelineQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: keys.timeline(id),
    queryFn: ({ pageParam, signal }) => api.timeline(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
    gcTime: keep,
  });

/** A ticket as some list shows it: enough for its head while the whole of it is on its way. */
export function listedRow(client: QueryClient, id: number): Row | undefined {
  const lists = [keys.lists, keys.viewLists].flatMap((queryKey) => client.getQueriesData<Pages<Row>>({ queryKey }));
  for (const [, list] of lists) {
    for (const p of list?.pages ?? []) {
      const row = p.items.find((r) => r.id === id);
      if (row) return row;
    }
  }
  return undefined;
}

/** Fetches a ticket that will probably be opened, so that it opens at once. */
export function prefetch(client: QueryClient, id: number): void {
  void client.prefetchQuery(ticketQuery(id));
  void client.prefetchInfiniteQuery(timelineQuery(id));
}

/** The person at the desk. The router has read him before any screen below it. */
export function useMe() {
  const client = useQueryClient();
  const { data } = useQuery(meQuery);
  const me = data ?? client.getQueryData(meQuery.queryKey);
  if (!me) throw new Error("a screen of the desk was shown before the login");
  return me;
}

/** Whether some role of the person at the desk may do an act; what is not offered would be refused. */
export function useMay(act: string): boolean {
  return useMe().may.includes(act);
}

/** What a queue is called in a language. */
export function queueName(q: Pick<Queue, "name" | "name_en">, language: string): string {
  return (language === "en" && q.name_en) || q.name;
}

/** What something with two names is called in a language. */
export function nameIn(x: { name: string; name_en?: string }, language: string): string {
  return (language === "en" && x.name_en) || x.name;
}

/** Whether somebody sees the pages from which the desk is run: mailboxes and people. */
export function runsTheDesk(me: { roles: readonly string[] }): boolean {
  return me.roles.some((r) => r === "admin" || r === "supervisor" || r === "manager");
}
