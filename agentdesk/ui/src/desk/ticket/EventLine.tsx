import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Colleague, Entry, HouseField, Queue } from "@/api/types";
import { agentsQuery, fieldsQuery, nameIn, queuesQuery } from "@/data/queries";
import { Time } from "@/parts/Time";
import { medium } from "@/parts/time";
import css from "./timeline.module.css";

/** What one person changed in one go, in one quiet line: who, what, when. */
export function EventLine({ entries }: { entries: [Entry, ...Entry[]] }) {
  const { t } = useTranslation();
  const say = useWording();
  const first = entries[0];
  const last = entries.at(-1) ?? first;
  const who = first.author.kind === "system" ? t("event.system") : first.author.name;
  return (
    <p className={css.event}>
      <span>
        <b>{who}</b> {entries.map(say).join(t("event.and"))}
      </span>
      <Time at={last.at} clock />
    </p>
  );
}

/** Gives what words a change with, without who made it. */
export function useWording(): (e: Entry) => string {
  const { t, i18n } = useTranslation();
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: fields = [] } = useQuery(fieldsQuery);
  const names = { agents, queues, fields, english: i18n.language === "en" };
  return (e) => wording(e, t, names);
}

interface Names {
  agents: Colleague[];
  queues: Queue[];
  fields: HouseField[];
  english: boolean;
}

/** The words of a change by its name; events carry ids, which are named here as they are called today. */
function wording(entry: Entry, t: TFunction, names: Names): string {
  const e = entry.event;
  if (!e) return "";
  const words = t as unknown as (key: string, options?: object) => string;
  const agent = (id: unknown) => names.agents.find((a) => a.id === id)?.name ?? `#${String(id)}`;
  const queue = (id: unknown) => {
    const q = names.queues.find((x) => x.id === id);
    return (names.english && q?.name_en) || q?.name || `#${String(id)}`;
  };
  if (e.name.startsWith("field:")) {
    const f = names.fields.find((x) => `field:${x.key}` === e.name);
    const name = f ? nameIn(f, names.english ? "en" : "zh") : e.name.slice(6);
    const chosen = f?.choices?.find((c) => c.key === e.to);
    const told = e.from !== undefined || e.to !== undefined;
    return told ? t("event.field", { name, to: chosen ? nameIn(chosen, names.english ? "en" : "zh") : value(e.to, t) }) : t("event.field_hidden", { name });
  }
  switch (e.name) {
    case "state":
      return t("event.state", { to: words(`state.${String(e.to)}`) });
    case "priority":
      return t("event.priority", { to: words(`priority.${String(e.to)}`) });
    case "assignee":
      if (!e.to) return t("event.unassigned");
      return e.to === entry.author.id && entry.author.kind === "agent" ? t("event.took") : t("event.assigned", { to: agent(e.to) });
    case "reassigned":
      return t("event.reassigned", { to: agent(e.to), reason: e.reason });
    case "taken_over":
      return e.from ? t("event.taken_over", { from: agent(e.from), reason: e.reason }) : t("event.taken", { reason: e.reason });
    case "queue":
      return t("event.queue", { to: queue(e.to) });
    case "tags":
      return t("event.tags", { to: Array.isArray(e.to) && e.to.length ? e.to.join(", ") : "–" });
    case "moved_out":
    case "moved_in":
      return t(`event.${e.name}`, { ticket: String(e.name === "moved_out" ? e.to : e.from) });
    case "task_state":
      return t("event.task_state", { from: show(e.from), to: words(`task_state.${String(e.to)}`) });
    case "task_handed_on":
      return e.to ? t("event.task_handed_on", { from: show(e.from), to: agent(e.to) }) : t("event.task_unassigned", { from: show(e.from) });
    case "clock_warned":
    case "clock_breached":
    case "clock_escalated":
      return t(`event.${e.name}`, { kind: words(`clocks.kind.${String(e.from)}`), at: medium(Date.parse(String(e.to)), Date.now(), names.english ? "en" : "zh") });
    default:
      return words(`event.${e.name}`, { from: show(e.from), to: show(e.to), defaultValue: `${e.name}: ${show(e.to)}` });
  }
}

/** A field's value in words. */
function value(v: unknown, t: TFunction): string {
  if (typeof v === "boolean") return t(v ? "fields.yes" : "fields.no");
  if (v && typeof v === "object" && "amount" in v && "currency" in v) return `${String(v.amount)} ${String(v.currency)}`;
  return show(v);
}

const show = (v: unknown) => (v === undefined || v === null || v === "" ? "–" : typeof v === "string" ? v : JSON.stringify(v));
