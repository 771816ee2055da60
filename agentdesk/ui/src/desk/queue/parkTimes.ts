/** A moment at which a parked contact comes back; `id` names its words. */
export interface ParkTime {
  id: "hour" | "afternoon" | "tomorrow" | "monday";
  at: Date;
}

/** The usual moments from now, by the clock of whoever parks; those that are about the same are offered once. */
export function parkTimes(now: Date): ParkTime[] {
  const on = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const all: ParkTime[] = [
    { id: "hour", at: new Date(now.getTime() + 3_600_000) },
    { id: "afternoon", at: on(0, 15) },
    { id: "tomorrow", at: on(1, 9) },
    { id: "monday", at: on(toMonday, 9) },
  ];
  return all.filter((p, i) => p.at.getTime() - now.getTime() >= 3_600_000 && !all.slice(0, i).some((q) => Math.abs(q.at.getTime() - p.at.getTime()) < 3_600_000));
}

const two = (n: number) => String(n).padStart(2, "0");

/** A moment as a field of type datetime-local has it: "2026-11-24T15:00". */
export function fieldValue(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
