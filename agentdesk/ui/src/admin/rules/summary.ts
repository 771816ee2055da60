import type { TFunction } from "i18next";
import type { Rules } from "@/api/queue";
import { span } from "@/parts/time";
import { asGroup, type Node, toNode } from "./want.ts";

/** What names are called where rules carry ids. */
export interface Names {
  queue: (id: number) => string;
  team: (id: number) => string;
  language: string;
}

/** Seconds as people say them: "90 s" is "1 min 30 secs". */
export function told(seconds: number, language: string): string {
  const units = [86_400, 3600, 60, 1];
  const parts: string[] = [];
  let rest = seconds;
  for (const unit of units) {
    const n = Math.floor(rest / unit);
    if (n > 0) parts.push(span(n * unit * 1000, language));
    rest -= n * unit;
  }
  return parts.slice(0, 2).join(" ") || span(0, language);
}

/** A want in words: "mill ≥ 3 and (zh ≥ 4 or en ≥ 4)". */
export function wanted(n: Node, t: TFunction, nested = false): string {
  if (n.kind === "skill") return t("rules.say.skill", { skill: n.skill || "…", level: n.level });
  if (n.kind === "language") return t("rules.say.language", { level: n.level });
  if (n.of.length === 0) return t("rules.say.anybody");
  const words = n.of.map((x) => wanted(x, t, n.of.length > 1)).join(t(n.kind === "all" ? "rules.say.and" : "rules.say.or"));
  return nested && n.of.length > 1 ? t("rules.say.group", { words }) : words;
}

/** What rules mean, a sentence a line, in the order in which a contact lives through them. */
export function summary(r: Rules, names: Names, t: TFunction): string[] {
  const time = (s: number | undefined) => told(s ?? 0, names.language);
  const out: string[] = [];
  if (r.calendar) out.push(t("rules.say.hours", { calendar: r.calendar }));
  const all = asGroup(toNode(r.want));
  out.push(all.of.length > 0 ? t("rules.say.want", { want: wanted(all, t) }) : t("rules.say.everybody"));
  if (r.prefer_s) out.push(t("rules.say.prefer", { time: time(r.prefer_s) }));
  for (const s of r.steps ?? []) {
    const more = [
      ...(s.want ? [wanted(asGroup(toNode(s.want)), t)] : []),
      ...(s.teams?.length ? [t("rules.say.teams", { teams: s.teams.map(names.team).join(t("event.and")) })] : []),
    ];
    out.push(t("rules.say.step", { time: time(s.after_s), more: more.join(t("rules.say.also")) || "…" }));
  }
  const heads = headsOf(r, t).map((h) => t("rules.say.head", { who: h.words, time: time(h.seconds) }));
  if (heads.length > 0) out.push(t("rules.say.heads", { heads: heads.join(t("event.and")) }));
  for (const [channel, o] of Object.entries(r.offers ?? {})) {
    const name = word(t, `channel.${channel}`, channel);
    if (o.auto) out.push(t("rules.say.auto", { channel: name }));
    else if (o.for_s) out.push(t("rules.say.offer", { channel: name, time: time(o.for_s) }));
  }
  if (r.overflow) {
    const { after_s, when_closed, when_nobody, to } = r.overflow;
    const when = [
      ...(after_s ? [t("rules.say.over_after", { time: time(after_s) })] : []),
      ...(when_closed ? [t("rules.say.over_closed")] : []),
      ...(when_nobody ? [t("rules.say.over_nobody")] : []),
    ];
    out.push(t("rules.say.overflow", { when: when.join(t("rules.say.or")) || "…", queue: names.queue(to) }));
  }
  const w = r.wrap_up;
  if (w) {
    const codes = w.codes?.length ?? 0;
    if (w.required) out.push(t("rules.say.wrap_required", { count: codes }));
    else out.push(t("rules.say.wrap", { time: time(w.for_s), count: codes }));
    if (w.after_work) out.push(t("rules.say.wrap_after_work"));
  }
  if (r.service_level) out.push(t("rules.say.level", { percent: r.service_level.percent, time: time(r.service_level.within_s) }));
  out.push(t(r.pull === false ? "rules.say.no_pull" : "rules.say.pull"));
  return out;
}

export const headKinds = ["class", "severity", "channel", "priority"] as const;
export type HeadKind = (typeof headKinds)[number];

/** One head start: contacts of this kind count as waiting so much longer. */
export interface Head {
  kind: HeadKind;
  value: string;
  seconds: number;
}

/** The head starts of rules as a list, each with the words for whom it is. */
export function headsOf(r: Rules, t: TFunction): (Head & { words: string })[] {
  return headKinds.flatMap((kind) =>
    Object.entries(r.heads?.[kind] ?? {}).map(([value, seconds]) => ({ kind, value, seconds, words: headWords(t, kind, value) })),
  );
}

/** A list of head starts as rules keep them; undefined for none. */
export function toHeads(list: Head[]): Rules["heads"] {
  const out: NonNullable<Rules["heads"]> = {};
  for (const { kind, value, seconds } of list) if (value.trim()) out[kind] = { ...out[kind], [value.trim()]: seconds };
  return Object.keys(out).length > 0 ? out : undefined;
}

/** Whom a head start is for, in words. */
export function headWords(t: TFunction, kind: HeadKind, value: string): string {
  if (kind === "channel") return word(t, `channel.${value}`, value);
  if (kind === "priority") return word(t, `priority.${value}`, value);
  return value;
}

const word = (t: TFunction, key: string, otherwise: string) =>
  (t as unknown as (k: string, o: object) => string)(key, { defaultValue: otherwise });
