import type { Offer } from "@/api/queue";

/** The offers that are still to be answered, the one that ends first in front. `over` are those answered here already. */
export function open(offers: Offer[], over: ReadonlySet<number>): Offer[] {
  return offers.filter((o) => !over.has(o.id)).toSorted((a, b) => ends(a) - ends(b) || a.id - b.id);
}

const ends = (o: Offer) => (o.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(o.expires_at));

/** What is left of an offer at an instant: whole seconds, rounded up so that "0 s" is over, and the part from 1 to 0. */
export function left(o: Offer, now: number): { seconds: number; part: number } {
  if (o.expires_at === null) return { seconds: 0, part: 0 };
  const all = Math.max(1, Date.parse(o.expires_at) - Date.parse(o.made_at));
  const rest = Math.max(0, Date.parse(o.expires_at) - now);
  return { seconds: Math.ceil(rest / 1000), part: Math.min(1, rest / all) };
}

/** Minutes and seconds of a countdown: "0:09", "12:30". */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
