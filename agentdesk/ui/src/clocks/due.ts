import { span } from "@/parts/time";
import type { Clock, Due } from "./calls.ts";

/** How urgently a promise wants to be seen: far, near its end, or broken. */
export type Nearness = "far" | "near" | "over";

const second = 1000;
const hour = 3_600_000;

/** Near is the last fifth of the time on the wall, from ten seconds to two hours. */
export function nearness(due: Pick<Due, "at" | "started" | "breached">, now: number): Nearness {
  const left = Date.parse(due.at) - now;
  if (due.breached || left <= 0) return "over";
  const whole = Date.parse(due.at) - Date.parse(due.started);
  return left <= Math.min(2 * hour, Math.max(10 * second, whole / 5)) ? "near" : "far";
}

/** The promise that a notice is about: the one that broke last, or the next that is due. */
export function meant(clocks: Clock[], broken: boolean): Clock | undefined {
  const running = clocks.filter((c) => c.outcome === "running" && c.due !== null && (c.breached !== null) === broken);
  const at = (c: Clock) => Date.parse((broken ? c.breached : c.due) ?? "");
  const inTime = running.toSorted((a, b) => at(a) - at(b));
  return broken ? inTime.at(-1) : inTime[0];
}

/** "14 min" to go, "−3 min" since: as long as it says the same, nothing on the screen moves. */
export function remaining(at: number, now: number, language: string): string {
  const left = at - now;
  return left >= 0 ? span(left, language) : `−${span(-left, language)}`;
}
