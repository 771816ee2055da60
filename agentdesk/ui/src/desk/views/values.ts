import type { ViewBody } from "@/api/calls";
import type { View } from "@/api/types";
import { entered } from "../fields/entered.ts";

export const orders = ["activity", "waiting", "created", "priority"] as const;
export const columns = ["account", "assignee", "channel", "created", "number", "priority", "queue", "severity", "tags", "type"] as const;

/** A view as its form has it. */
export interface Values {
  name: string;
  name_en?: string;
  states?: string[];
  queues?: number[];
  assignee?: string;
  priorities?: number[];
  tags?: string[];
  words?: string;
  order: (typeof orders)[number];
  idle_hours?: number | null;
  waits?: boolean;
  failed?: boolean;
  fields?: Record<string, unknown>;
  columns?: string[];
  share: View["share"];
  team_id?: number;
  position?: number | null;
}

export function valuesOf(view: View | null): Partial<Values> {
  if (!view) return { states: ["open"], order: "activity", share: "me", position: 0 };
  const { choice, team_id, ...rest } = view;
  return { ...rest, ...choice, order: choice.order ?? "activity", ...(team_id ? { team_id } : {}) } as Partial<Values>;
}

/** What is sent: without what asks for nothing. */
export function bodyOf(v: Values): ViewBody {
  const { name, name_en, share, team_id, position, columns: shown, fields, ...choice } = v;
  const set = entered(fields);
  const wanted = Object.fromEntries(
    Object.entries(choice).filter(([, x]) => x !== undefined && x !== null && x !== "" && x !== false && !(Array.isArray(x) && x.length === 0)),
  );
  return {
    name,
    share,
    choice: { ...wanted, ...(Object.keys(set).length > 0 ? { fields: set } : {}) },
    columns: shown ?? [],
    position: position ?? 0,
    ...(name_en ? { name_en } : {}),
    ...(share === "team" && team_id ? { team_id } : {}),
  };
}
