import type { TicketFilter } from "@/api/calls";

/** Which tickets a list is about: my work, what nobody has, everything, one queue, one customer, a saved view. */
export type Box =
  | { kind: "mine" }
  | { kind: "unassigned" }
  | { kind: "all" }
  | { kind: "queue"; id: number }
  | { kind: "contact"; id: number }
  | { kind: "view"; id: number };

/** The state a list shows; "active" is open, waiting and on hold, "any" all of them. */
export type StateChoice = NonNullable<TicketFilter["state"]> | "any";

export const stateChoices: StateChoice[] = ["open", "pending", "on_hold", "active", "resolved", "closed", "any"];

/** Reads a box from its part of an address: "mine", "queue-7". Anything else is my work. */
export function parseBox(text: string): Box {
  const m = /^(queue|contact|view)-(\d{1,15})$/.exec(text);
  if (m) return { kind: m[1] as "queue" | "contact" | "view", id: Number(m[2]) };
  return { kind: text === "unassigned" || text === "all" ? text : "mine" };
}

export function boxPath(box: Box): string {
  return "id" in box ? `${box.kind}-${box.id}` : box.kind;
}

/**
 * One customer's tickets are shown whole, my own until they are resolved, so that what I have answered stays in sight;
 * every other list begins with the open ones.
 */
export function usualState(box: Box): StateChoice {
  if (box.kind === "contact") return "any";
  return box.kind === "mine" ? "active" : "open";
}

export function filterOf(box: Box, state: StateChoice): TicketFilter {
  const f: TicketFilter = state === "any" ? {} : { state };
  switch (box.kind) {
    case "mine":
      return { ...f, assignee: "me" };
    case "unassigned":
      return { ...f, assignee: "none" };
    case "queue":
      return { ...f, queue: box.id };
    case "contact":
      return { ...f, contact: box.id };
    case "all":
    case "view": // the server knows what is in it
      return f;
  }
}
