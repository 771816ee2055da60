import { store, useStore } from "./store.ts";

const minute = 60_000;

/** The time that relative dates are told against. It moves twice a minute; an hour of idle desk costs 120 renders of a few words. */
const now = store(Date.now());
setInterval(() => now.set(Date.now()), minute / 2);

export const useNow = () => useStore(now);

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let f = formats.get(key);
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat(tag(language), options)));
  return f;
}

/**
 * A moment as short as it can be and still be right: minutes, then the clock time of today, then the weekday, then the
 * date; in the viewer's zone.
 */
export function short(at: number, current: number, language: string): string {
  const age = current - at;
  if (age < minute && age > -minute) return new Intl.RelativeTimeFormat(tag(language), { numeric: "auto" }).format(0, "second");
  if (age > 0 && age < 60 * minute) {
    const n = Math.floor(age / minute);
    // "4m" is English enough; "4分钟" is a length of time, not a moment.
    return language === "zh" ? ago(n, language) : count(n, "minute", "narrow", language);
  }
  const [a, b] = [new Date(at), new Date(current)];
  if (a.toDateString() === b.toDateString()) return format(language, { hour: "2-digit", minute: "2-digit" }).format(a);
  if (age > 0 && age < 6 * 24 * 60 * minute) return format(language, { weekday: "short" }).format(a);
  const year = a.getFullYear() === b.getFullYear() ? {} : ({ year: "numeric" } as const);
  return format(language, { ...year, month: "short", day: "numeric" }).format(a);
}

/** As short() where there is room: "4 min ago", and the clock time beside a day. */
export function medium(at: number, current: number, language: string): string {
  const age = current - at;
  if (age >= minute && age < 60 * minute) return ago(Math.floor(age / minute), language);
  const day = short(at, current, language);
  if (new Date(at).toDateString() === new Date(current).toDateString()) return day;
  return `${day} ${format(language, { hour: "2-digit", minute: "2-digit" }).format(at)}`;
}

/** The whole date and time with the zone, for whoever wants it exactly. */
export function full(at: number, language: string): string {
  return format(language, {
    weekday: "short",
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(at);
}

/** How long something has lasted: "3 hrs", "2天"; where there is little room "3h". */
export function span(ms: number, language: string, narrow?: boolean): string {
  const steps: [number, Intl.NumberFormatOptions["unit"]][] = [
    [86_400_000, "day"],
    [3_600_000, "hour"],
    [minute, "minute"],
    [1000, "second"],
  ];
  const [size, unit] = steps.find(([n]) => ms >= n) ?? ([1000, "second"] as const);
  return count(Math.max(0, Math.floor(ms / size)), unit as string, narrow ? "narrow" : "short", language);
}

const tag = (language: string) => (language === "zh" ? "zh-CN" : "en-GB");

const ago = (minutes: number, language: string) =>
  new Intl.RelativeTimeFormat(tag(language), { style: "short" }).format(-minutes, "minute");

function count(n: number, unit: string, unitDisplay: "short" | "narrow", language: string): string {
  return new Intl.NumberFormat(tag(language), { style: "unit", unit, unitDisplay }).format(n);
}
