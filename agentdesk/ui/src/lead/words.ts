import type { Measure } from "./calls.ts";

const tag = (language: string) => (language === "zh" ? "zh-CN" : "en-GB");

const two = (n: number) => String(n).padStart(2, "0");

/** A length of time as a clock shows it: 0:42, 12:05, 3:07:00. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const [h, m, rest] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  return h > 0 ? `${h}:${two(m)}:${two(rest)}` : `${m}:${two(rest)}`;
}

/** A length of time in words short enough for a table: 42 s, 12 min, 3.1 h. */
export function lasting(seconds: number, language: string): string {
  const [n, unit] = seconds < 100 ? [seconds, "second"] : seconds < 6000 ? [seconds / 60, "minute"] : seconds < 172_800 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  const maximumFractionDigits = unit === "hour" || unit === "day" || (unit === "second" && n < 10) ? 1 : 0;
  return new Intl.NumberFormat(tag(language), { style: "unit", unit: unit as string, unitDisplay: "short", maximumFractionDigits }).format(n);
}

export function percent(share: number, language: string): string {
  // What is not quite all must not be shown as all.
  const floor = share < 1 && share > 0.995 ? 0.99 : share;
  return new Intl.NumberFormat(tag(language), { style: "percent", maximumFractionDigits: 0 }).format(floor);
}

/** A value in the unit of its measure; a dash where there is none. */
export function shown(value: number | null | undefined, unit: Measure["unit"], language: string): string {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return percent(value, language);
  if (unit === "seconds") return lasting(value, language);
  return new Intl.NumberFormat(tag(language)).format(value);
}

export const title = (m: Pick<Measure, "title_zh" | "title_en">, language: string) => (language === "zh" ? m.title_zh : m.title_en);
export const formula = (m: Measure, language: string) => (language === "zh" ? m.formula_zh : m.formula_en);
