import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { HouseField, Queue, Row } from "@/api/types";
import { fieldsQuery, nameIn, queuesQuery } from "@/data/queries";
import { short, useNow } from "@/parts/time";
import css from "./list.module.css";

/** What a saved view shows of a ticket, in place of its last words. */
export function Columns({ row, columns }: { row: Row & { fields?: Record<string, unknown> }; columns: readonly string[] }) {
  const { t, i18n } = useTranslation();
  const { data: fields = [] } = useQuery(fieldsQuery);
  const { data: queues = [] } = useQuery(queuesQuery);
  const now = useNow();
  const shown = columns.map((c) => [c, fact(c, row, { fields, queues, t, now, language: i18n.language })] as const).filter(([, x]) => x !== "");
  return (
    <span className={css.snippet}>
      {shown.map(([c, x]) => (
        <span key={c} className={css.column}>
          {x}
        </span>
      ))}
    </span>
  );
}

interface Known {
  fields: HouseField[];
  queues: Queue[];
  t: TFunction;
  now: number;
  language: string;
}

function fact(column: string, row: Row & { fields?: Record<string, unknown> }, k: Known): string {
  const words = k.t as unknown as (key: string, options: object) => string;
  switch (column) {
    case "account":
      return row.account?.name ?? "";
    case "assignee":
      return row.assignee?.name ?? "";
    case "channel":
      return words(`channel.${row.channel}`, { defaultValue: row.channel });
    case "created":
      return short(Date.parse(row.created_at), k.now, k.language);
    case "number":
      return `#${row.number}`;
    case "priority":
      return words(`priority.${row.priority}`, {});
    case "queue": {
      const q = k.queues.find((x) => x.id === row.queue_id);
      return q ? nameIn(q, k.language) : "";
    }
    case "severity":
      return row.severity;
    case "tags":
      return row.tags.join(", ");
    case "type":
      return words(`type.${row.type}`, { defaultValue: row.type });
  }
  const f = k.fields.find((x) => `field:${x.key}` === column);
  return f ? valueText(f, row.fields?.[f.key], k.t, k.language) : "";
}

/** A field's value as people read it; empty where there is none. */
export function valueText(f: HouseField, v: unknown, t: TFunction, language: string): string {
  if (v === undefined || v === null) return "";
  if (typeof v === "boolean") return t(v ? "fields.yes" : "fields.no");
  if (f.type === "choice") {
    const c = f.choices?.find((x) => x.key === v);
    return c ? nameIn(c, language) : String(v);
  }
  if (typeof v === "object" && "amount" in v && "currency" in v) return `${String(v.amount)} ${String(v.currency)}`;
  return String(v);
}
