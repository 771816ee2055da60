/** The start of a day of mine, so many days ago. */
export function daysAgo(n: number): string {
  const d = new Date();
  d.setHours(0, 0, 0, 0);
  d.setDate(d.getDate() - n);
  return d.toISOString();
}

/** The day on which an instant falls in a zone: "2026-01-05". */
export const dayIn = (zone: string, at: number): string => new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(at);

/** The value of each day from one instant to another in a zone; a day of which nothing is known has the value that nothing has. */
export function daily(groups: { key: string; value: number | null }[], from: number, to: number, zone: string, nothing: number | null): { day: string; value: number | null }[] {
  const known = new Map(groups.map((g) => [dayIn(zone, Date.parse(g.key)), g.value]));
  // Steps shorter than any day, so that one of 23 hours is not left out.
  const days = new Set<string>();
  for (let at = from; at <= to; at += 6 * 3_600_000) days.add(dayIn(zone, at));
  days.add(dayIn(zone, to));
  return [...days].map((day) => ({ day, value: known.get(day) ?? nothing }));
}
