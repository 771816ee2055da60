import type { Now, Quarter } from "./calls.ts";

const quarter = 15 * 60_000;

/**
 * The day by quarters of an hour without gaps: from the first contact's hour, or an hour ago, to now. A quarter in which nothing came
 * counts nothing, and has no service level.
 */
export function filled(now: Now): Quarter[] {
  const end = Date.parse(now.at);
  const first = now.quarters[0] ? Date.parse(now.quarters[0].at) : end;
  const begin = Math.max(Date.parse(now.day), Math.min(first, end - 4 * 3_600_000));
  const known = new Map(now.quarters.map((q) => [Date.parse(q.at), q]));
  const out: Quarter[] = [];
  for (let at = begin - ((begin - Date.parse(now.day)) % quarter); at <= end; at += quarter) {
    out.push(known.get(at) ?? { at: new Date(at).toISOString(), offered: 0, answered: 0, abandoned: 0, service_level: null });
  }
  return out;
}

/** The clock time of an instant in the company's zone: "09:15". */
export function clockIn(zone: string, at: string): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(Date.parse(at));
}
