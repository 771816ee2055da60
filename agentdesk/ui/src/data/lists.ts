import type { InfiniteData } from "@tanstack/react-query";
import type { TicketFilter } from "@/api/calls";
import type { Entry, Page, Row } from "@/api/types";

/** Pages of a list as TanStack Query keeps them. */
export type Pages<T> = InfiniteData<Page<T>, string | undefined>;

/** Whether a ticket belongs in a list, as the server decides it; `me` is the viewer's id. */
export function belongs(row: Row, filter: TicketFilter, me: number): boolean {
  const { state, queue, assignee, account, contact, number } = filter;
  if (number !== undefined && row.number !== number) return false;
  if (state === "active" && (row.state === "resolved" || row.state === "closed")) return false;
  if (state !== undefined && state !== "active" && row.state !== state) return false;
  if (queue !== undefined && row.queue_id !== queue) return false;
  if (account !== undefined && row.account?.id !== account) return false;
  if (contact !== undefined && row.contact?.id !== contact) return false;
  if (assignee === undefined) return true;
  if (assignee === "none") return row.assignee === null;
  return row.assignee?.id === (assignee === "me" ? me : Number(assignee));
}

/** The server's order: newest activity first, the younger ticket first among equals. */
export function before(a: Row, b: Row): boolean {
  const [x, y] = [Date.parse(a.last_at), Date.parse(b.last_at)];
  return x === y ? a.id > b.id : x > y;
}

/**
 * Puts a ticket where it belongs among the pages that were loaded, or takes it out when `keep` is false.
 * A ticket older than all loaded ones stays out while there are further pages: scrolling will bring it.
 */
export function place(data: Pages<Row>, row: Row, keep: boolean): Pages<Row> {
  const old = data.pages.flatMap((p) => p.items).find((r) => r.id === row.id);
  if (!old && !keep) return data;
  if (old && keep && old.last_at === row.last_at) return replace(data, row);
  const pages = data.pages.map((p) => (p.items.includes(old as Row) ? { ...p, items: p.items.filter((r) => r !== old) } : p));
  if (!keep) return { ...data, pages };
  const at = pages.findIndex((p) => p.items.some((r) => before(row, r)));
  const last = pages.length - 1;
  if (at < 0 && pages[last]?.next) return { ...data, pages };
  const page = pages[at < 0 ? last : at];
  if (!page) return data;
  const i = page.items.findIndex((r) => before(row, r));
  const items = page.items.toSpliced(i < 0 ? page.items.length : i, 0, row);
  return { ...data, pages: pages.with(at < 0 ? last : at, { ...page, items }) };
}

/** Shows a ticket as it is now, where it is. */
export function replace(data: Pages<Row>, row: Row): Pages<Row> {
  return {
    ...data,
    pages: data.pages.map((p) =>
      p.items.some((r) => r.id === row.id) ? { ...p, items: p.items.map((r) => (r.id === row.id ? row : r)) } : p,
    ),
  };
}

/** A timeline's entries are messages and events; only kind and id together name one. */
export const entryKey = (e: Pick<Entry, "kind" | "id">) => `${e.kind}:${e.id}`;

/**
 * Joins the newest page of a timeline to the pages held already. Where the two do not touch, more came than one page
 * holds: the old pages go, and scrolling up brings them again.
 */
export function joinHead(data: Pages<Entry>, head: Page<Entry>): Pages<Entry> {
  const fresh = new Map(head.items.map((e) => [entryKey(e), e]));
  const touches = data.pages.some((p) => p.items.some((e) => fresh.has(entryKey(e))));
  if (!touches) return { pages: [head], pageParams: [undefined] };
  const known = new Set(data.pages.flatMap((p) => p.items.map(entryKey)));
  const oldest = head.items.at(-1);
  const pages = data.pages.map((p) => ({
    ...p,
    // An entry that the new head should hold and does not was moved to another ticket.
    items: p.items.flatMap((e) => {
      const now = fresh.get(entryKey(e));
      if (now) return [now];
      return head.next && oldest && older(e, oldest) ? [e] : [];
    }),
  }));
  const added = head.items.filter((e) => !known.has(entryKey(e)));
  const first = pages[0] as Page<Entry>;
  pages[0] = { ...first, items: [...added, ...first.items].toSorted(newestFirst) };
  return { ...data, pages };
}

const older = (a: Entry, b: Entry) => newestFirst(a, b) > 0;

/** The server's order. Times are those of the writers' clocks and may lie; numbers are given in the order of keeping. */
function newestFirst(a: Entry, b: Entry): number {
  return b.id - a.id;
}
