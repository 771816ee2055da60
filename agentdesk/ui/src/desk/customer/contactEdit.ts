import type { ContactChange } from "@/api/calls";
import type { Person, Point } from "@/api/types";

/** A way to reach somebody, as it is typed. */
export type TypedPoint = Pick<Point, "kind" | "address">;

/** One that is added; the row tells it from the others while it is empty. */
export type NewPoint = TypedPoint & { row: number };

/** What somebody has changed of a contact; what is missing is untouched and follows the server. */
export interface Edits {
  name?: string;
  language?: "" | "zh" | "en";
  account?: string;
  note?: string;
  add: NewPoint[];
  drop: TypedPoint[];
}

export const untouched: Edits = { add: [], drop: [] };

export const fields = ["name", "language", "account", "note"] as const;
export type Field = (typeof fields)[number];

/** A field of a contact as the form shows it. */
export function valueOf(p: Person, f: Field): string {
  return f === "account" ? (p.account?.name ?? "") : p[f];
}

const same = (a: TypedPoint, b: TypedPoint) => a.kind === b.kind && a.address === b.address;

/** The points as they will be: those that stay, then the new ones. */
export function pointsOf(p: Person, e: Edits): { kept: Point[]; dropped: Point[] } {
  const dropped = p.points.filter((x) => e.drop.some((d) => same(d, x)));
  return { kept: p.points.filter((x) => !dropped.includes(x)), dropped };
}

/** The fields that both somebody here and somebody else have changed since the edit began, to different values. */
export function conflicts(base: Person, now: Person, e: Edits): Field[] {
  return fields.filter((f) => e[f] !== undefined && valueOf(base, f) !== valueOf(now, f) && e[f] !== valueOf(now, f));
}

/** What the server is told: only what differs from what it has. Null when nothing does. */
export function changeOf(now: Person, e: Edits): ContactChange | null {
  const out: ContactChange = {};
  if (e.name !== undefined && e.name.trim() !== now.name) out.name = e.name.trim();
  if (e.language !== undefined && e.language !== now.language) out.language = e.language;
  if (e.note !== undefined && e.note !== now.note) out.note = e.note;
  if (e.account !== undefined && e.account.trim() !== valueOf(now, "account")) out.account = e.account.trim();
  const add = e.add.map(({ kind, address }) => ({ kind, address: address.trim() })).filter((p) => p.address !== "");
  if (add.length > 0) out.add_points = add;
  const drop = pointsOf(now, e).dropped;
  if (drop.length > 0) out.drop_points = drop.map(({ kind, address }) => ({ kind, address }));
  return Object.keys(out).length > 0 ? { ...out, version: now.version } : null;
}
