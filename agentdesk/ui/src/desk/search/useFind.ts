import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import * as api from "@/api/calls";
import type { Person, Row, Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import type { Pages } from "@/data/lists";

export interface Found {
  /** The text that this was found for; it may lag behind what is typed. */
  of: string;
  tickets: Row[];
  people: Person[];
  busy: boolean;
}

const few = 8;

/**
 * What a person looks for: a ticket by its whole number, tickets that the desk holds already by subject, and customers
 * from the server by name or address, with their newest tickets.
 */
export function useFind(text: string): Found {
  const client = useQueryClient();
  const q = useDeferredValue(text.trim());
  const people = useQuery({
    queryKey: ["find", q],
    queryFn: ({ signal }) => api.findContacts(q, signal),
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const first = people.data?.[0];
  const theirs = useQuery({
    queryKey: ["find-tickets", first?.id],
    queryFn: ({ signal }) => api.tickets({ contact: first?.id ?? 0 }, undefined, signal).then((p) => p.items.slice(0, few)),
    enabled: first !== undefined && q.length > 1,
    staleTime: 10_000,
  });
  const number = /^#?(\d{3,20})$/.exec(q)?.[1];
  const numbered = useQuery({
    queryKey: ["find-number", number],
    queryFn: ({ signal }) => api.tickets({ number: number ?? "" }, undefined, signal).then((p) => p.items),
    enabled: number !== undefined,
    staleTime: 10_000,
  });
  if (q === "") return { of: q, tickets: [], people: [], busy: false };
  const near = held(client.getQueriesData<Pages<Row>>({ queryKey: keys.lists }), client.getQueriesData<Ticket>({ queryKey: ["ticket"] }));
  const exact = number === undefined ? [] : (numbered.data ?? []);
  const local = near.filter((r) => matches(r, q)).slice(0, few);
  const known = new Set(local.map((r) => r.id));
  const more = q.length > 1 ? (theirs.data ?? []).filter((r) => !known.has(r.id)) : [];
  const found = [...new Map([...exact, ...local, ...more].map((r) => [r.id, r])).values()];
  return { of: q, tickets: found.slice(0, few), people: q.length > 1 ? (people.data ?? []) : [], busy: people.isFetching || theirs.isFetching || numbered.isFetching };
}

function held(lists: [unknown, Pages<Row> | undefined][], tickets: [unknown, Ticket | undefined][]): Row[] {
  const rows = lists.flatMap(([, d]) => d?.pages.flatMap((p) => p.items) ?? []);
  for (const [, t] of tickets) if (t) rows.push(t, ...t.customer.tickets);
  return [...new Map(rows.map((r) => [r.id, r])).values()].toSorted((a, b) => Date.parse(b.last_at) - Date.parse(a.last_at));
}

/** By number ("#20260901" or its end), or every word in subject, customer or address. */
export function matches(r: Pick<Row, "number" | "subject" | "contact" | "account">, q: string): boolean {
  const number = q.replace(/^#/, "");
  if (/^\d{2,}$/.test(number) && r.number.endsWith(number)) return true;
  const text = `${r.number} ${r.subject} ${r.contact.name} ${r.contact.address ?? ""} ${r.account?.name ?? ""}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((w) => text.includes(w));
}
