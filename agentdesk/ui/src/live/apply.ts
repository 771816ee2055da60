import type { Query, QueryClient } from "@tanstack/react-query";
import * as api from "@/api/calls";
import { Problem } from "@/api/client";
import type { Work } from "@/api/queue";
import type { Agent, Entry, Page, Row, Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import { belongs, joinHead, type Pages, place, replace } from "@/data/lists";
import { isWriting } from "@/desk/composer/drafts";
import type { LiveEvent } from "./socket.ts";

/** Events of one burst are taken together; a screen cannot show more. */
const gather = 40;
/** More tickets than this in one burst: the head of each shown list costs less than each ticket. */
const burst = 8;
const countsEvery = 1000;
/** A view is read anew at most so often, in ms: what belongs in it is known to the server alone. */
const viewsEvery = 2500;
const workEvery = 1000;

/**
 * Brings what the desk holds up to date with events: the one ticket, its place in the lists, the newest page of its
 * timeline, the counts. Nothing else is fetched again.
 */
export class Applier {
  private readonly client: QueryClient;
  private readonly me: () => Agent;
  private readonly changed = new Set<number>();
  private readonly said = new Set<number>();
  /** Per ticket, the number of its newest reading: an older answer that comes later is dropped. */
  private readonly readings = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private countsTimer: ReturnType<typeof setTimeout> | undefined;
  private viewsTimer: ReturnType<typeof setTimeout> | undefined;
  private viewedAt = 0;
  private workTimer: ReturnType<typeof setTimeout> | undefined;
  private workDue = 0;
  private countedAt = 0;

  constructor(client: QueryClient, me: () => Agent) {
    this.client = client;
    this.me = me;
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.countsTimer);
    clearTimeout(this.viewsTimer);
    clearTimeout(this.workTimer);
  }

  take(e: LiveEvent): void {
    const [kind, id] = e.kind.split(".", 1)[0] === "alarm" ? ["alarm", 0] : split(e.object);
    if (kind === "alarm") void this.client.invalidateQueries({ queryKey: keys.alarms });
    else if (e.kind === "presence.changed") void this.client.invalidateQueries({ queryKey: keys.agents });
    else if (e.kind.startsWith("offer.")) void this.client.invalidateQueries({ queryKey: keys.offers });
    else if (e.kind === "entry.changed") this.stay(id);
    else if (e.kind === "seat.changed") this.seat(id);
    else if (e.kind === "contact.changed") void this.contact(id);
    else if (e.kind === "account.changed") this.account(id);
    else if (e.kind === "class.changed") void this.client.invalidateQueries({ queryKey: keys.classes });
    else if (kind === "agent") this.colleague(id);
    else if (kind === "team") void this.client.invalidateQueries({ queryKey: keys.teams });
    else if (kind === "queue") void this.client.invalidateQueries({ queryKey: keys.queues });
    else if (kind === "view") for (const queryKey of [keys.views, keys.viewCounts, keys.viewList(id)]) void this.client.invalidateQueries({ queryKey });
    else if (kind === "macro") void this.client.invalidateQueries({ queryKey: keys.macros });
    else if (kind === "field") void this.client.invalidateQueries({ queryKey: keys.fields });
    else if (kind === "tickets") this.reset();
    else if (kind === "chat_site") void this.client.invalidateQueries({ queryKey: keys.chatSites });
    else if (kind === "mailbox") void this.client.invalidateQueries({ queryKey: keys.mailboxes });
    else if (e.kind === "draft.changed") this.draft(id);
    else if (kind === "ticket") this.ticket(e.kind, id);
  }

  /** Everything on the screen is read again; what is not on the screen, when it comes back to it. */
  reset(): void {
    for (const q of this.client.getQueryCache().getAll()) if (q.queryKey[0] !== keys.me[0]) void this.renew(q);
  }

  /**
   * Reads again. A first reading that is under way may be from before the change, and TanStack Query would take it for
   * the new one; it is waited for.
   */
  private async renew(q: Query): Promise<void> {
    if (q.state.data === undefined && q.state.fetchStatus === "fetching") await q.promise?.catch(() => {});
    await this.client.invalidateQueries({ queryKey: q.queryKey, exact: true });
  }

  /** My own draft, written in another window. What is being written here goes over it. */
  private draft(id: number): void {
    if (!isWriting(id)) void this.client.invalidateQueries({ queryKey: keys.ticket(id) });
  }

  /** A contact moved in its queue: what that says of its ticket, and of what I have in hand. */
  private stay(ticket: number): void {
    for (const q of this.find(keys.ticket(ticket))) void this.renew(q);
    this.work(ticket);
  }

  /** What somebody can take, perhaps what I can. */
  private seat(id: number): void {
    for (const queryKey of [keys.seat(id), keys.agents, ...(id === this.me().id ? [keys.mySeat] : [])]) {
      void this.client.invalidateQueries({ queryKey });
    }
  }

  /**
   * What I have in hand is read once for a burst. Of a contact that I do not have, it is rarely news: an event does not say
   * whom it is about, and what I take myself is read at once.
   */
  private work(ticket: number): void {
    const mine = this.client.getQueryData<Work[]>(keys.work)?.some((w) => w.ticket.id === ticket) ?? false;
    const due = Date.now() + (mine ? gather : workEvery);
    if (this.workTimer && this.workDue <= due) return;
    clearTimeout(this.workTimer);
    this.workDue = due;
    this.workTimer = setTimeout(() => {
      this.workTimer = undefined;
      void this.client.invalidateQueries({ queryKey: keys.work });
    }, due - Date.now());
  }

  private ticket(kind: string, id: number): void {
    this.changed.add(id);
    // A word of a customer whom I have in hand is news in my work.
    if (kind !== "ticket.created") this.work(id);
    // A change of state or owner is an entry of the timeline too.
    if (kind !== "ticket.created") this.said.add(id);
    this.timer ??= setTimeout(() => void this.flush(), gather);
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    const changed = [...this.changed];
    const said = [...this.said];
    this.changed.clear();
    this.said.clear();
    this.counts();
    this.views();
    for (const id of said) void this.timeline(id);
    if (changed.length > burst) await this.heads(changed);
    else await Promise.all(changed.map((id) => this.row(id)));
  }

  /** Reads one ticket and puts it where it belongs in every list. */
  private async row(id: number): Promise<void> {
    const newest = this.reading(`row:${id}`);
    let t: Ticket;
    try {
      t = await api.ticket(id);
      if (!newest()) return;
    } catch (e) {
      if (e instanceof Problem && e.status === 404) this.gone(id);
      // A lost line brings a reset or a replay; there is nothing to keep here.
      return;
    }
    const key = keys.ticket(id);
    if (this.client.getQueryData(key)) this.client.setQueryData(key, t);
    // Being read for the first time, perhaps from before the change.
    else this.find(key).forEach((q) => void this.renew(q));
    this.place(t);
  }

  private reading(what: string): () => boolean {
    const n = (this.readings.get(what) ?? 0) + 1;
    this.readings.set(what, n);
    return () => this.readings.get(what) === n;
  }

  private place(row: Row): void {
    const me = this.me().id;
    for (const q of this.client.getQueryCache().findAll({ queryKey: keys.lists })) {
      const keep = belongs(row, q.queryKey[1] as api.TicketFilter, me);
      void this.patch<Pages<Row>>(q, (old) => place(old, row, keep));
    }
    for (const q of this.client.getQueryCache().findAll({ queryKey: keys.viewLists })) {
      this.client.setQueryData<Pages<Row>>(q.queryKey, (old) => old && replace(old, row));
    }
  }

  /** Views follow at a distance; a row that is shown changes at once. */
  private views(): void {
    this.viewsTimer ??= setTimeout(
      () => {
        this.viewsTimer = undefined;
        this.viewedAt = Date.now();
        for (const queryKey of [keys.viewCounts, keys.viewLists]) void this.client.invalidateQueries({ queryKey });
      },
      Math.max(200, this.viewedAt + viewsEvery - Date.now()),
    );
  }

  private find(queryKey: readonly unknown[]): Query[] {
    return this.client.getQueryCache().findAll({ queryKey, exact: true });
  }

  /** Changes what is held, after a reading under way, which would put the old state over it. */
  private async patch<T>(q: Query, f: (old: T) => T): Promise<void> {
    while (q.state.fetchStatus === "fetching" && q.promise) await q.promise.catch(() => {});
    this.client.setQueryData<T>(q.queryKey, (old) => old && f(old));
  }

  private gone(id: number): void {
    this.client.removeQueries({ queryKey: keys.ticket(id), exact: true });
    const nowhere = { id } as Row;
    this.client.setQueriesData<Pages<Row>>({ queryKey: keys.lists }, (old) => old && place(old, nowhere, false));
  }

  /** Under a flood: the first page of the lists on the screen, and the ticket that is open. */
  private async heads(changed: number[]): Promise<void> {
    const shown = this.client.getQueryCache().findAll({ queryKey: keys.lists, type: "active" });
    await Promise.all(
      shown.map(async (q) => {
        const head = await api.tickets(q.queryKey[1] as api.TicketFilter).catch(() => null);
        if (head) await this.patch<Pages<Row>>(q, (old) => joinRows(old, head));
      }),
    );
    void this.client.invalidateQueries({ queryKey: keys.lists, refetchType: "none", type: "inactive" });
    for (const id of changed) void this.client.invalidateQueries({ queryKey: keys.ticket(id) });
  }

  private async timeline(id: number): Promise<void> {
    const query = this.client.getQueryCache().find({ queryKey: keys.timeline(id) });
    if (!query) return;
    // Not on the screen: it is read when it comes to it. Not there yet: it is read afresh.
    if (!query.isActive() || !query.state.data) {
      await this.renew(query);
      return;
    }
    const newest = this.reading(`timeline:${id}`);
    const head = await api.timeline(id).catch(() => null);
    if (!head || !newest()) return;
    await this.patch<Pages<Entry>>(query, (old) => joinHead(old, head));
  }

  /** Somebody's name, roles or lock changed; perhaps one's own. */
  private colleague(id: number): void {
    for (const queryKey of [keys.agents, keys.people]) void this.client.invalidateQueries({ queryKey });
    if (id === this.me().id) void this.client.invalidateQueries({ queryKey: keys.me });
  }

  private async contact(id: number): Promise<void> {
    for (const q of this.client.getQueryCache().findAll({ queryKey: ["ticket"] })) {
      const t = q.state.data as Ticket | undefined;
      if (t?.contact.id === id) void this.client.invalidateQueries({ queryKey: q.queryKey });
    }
    const lists = this.client.getQueryCache().findAll({ queryKey: keys.lists });
    const holding = lists.filter((q) => (q.state.data as Pages<Row> | undefined)?.pages.some((p) => p.items.some((r) => r.contact.id === id)));
    if (holding.length === 0) return;
    const known = await api.contact(id).catch(() => null);
    if (known) for (const q of holding) void this.patch<Pages<Row>>(q, (old) => renamed(old, id, known.name));
  }

  /** What is said of an account, on the tickets of its people. */
  private account(id: number): void {
    for (const q of this.client.getQueryCache().findAll({ queryKey: ["ticket"] })) {
      const t = q.state.data as Ticket | undefined;
      if (t?.customer.contact.account?.id === id) void this.client.invalidateQueries({ queryKey: q.queryKey });
    }
  }

  /** Counts cost a query over all queues, so they follow at most once a second. */
  private counts(): void {
    this.countsTimer ??= setTimeout(
      () => {
        this.countsTimer = undefined;
        this.countedAt = Date.now();
        void this.client.invalidateQueries({ queryKey: keys.queues });
      },
      Math.max(0, this.countedAt + countsEvery - Date.now()),
    );
  }
}

function split(object: string): [string, number] {
  const [kind = "", id = "0"] = object.split(":");
  return [kind, Number(id)];
}

/** A list in which a customer is called by his new name. */
function renamed(data: Pages<Row>, contact: number, name: string): Pages<Row> {
  const row = (r: Row) => (r.contact.id === contact ? { ...r, contact: { ...r.contact, name } } : r);
  return { ...data, pages: data.pages.map((p) => ({ ...p, items: p.items.map(row) })) };
}

/** Puts a fresh first page over a list: what it holds moves up, what it should hold and does not has left. */
function joinRows(data: Pages<Row>, head: Page<Row>): Pages<Row> {
  if (!head.next) return { pages: [head], pageParams: [undefined] };
  const fresh = new Set(head.items.map((r) => r.id));
  const edge = Date.parse(head.items.at(-1)?.last_at ?? "");
  const pages = data.pages.map((p) => ({
    ...p,
    items: p.items.filter((r) => !fresh.has(r.id) && Date.parse(r.last_at) <= edge),
  }));
  const first = pages[0];
  if (!first) return { pages: [head], pageParams: [undefined] };
  pages[0] = { ...first, items: [...head.items, ...first.items] };
  return { ...data, pages };
}
