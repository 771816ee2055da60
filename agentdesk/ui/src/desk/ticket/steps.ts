import type { Entry } from "@/api/types";
import { entryKey } from "@/data/lists";

/** What stands on one place of the timeline: a message, or the changes that one person made in one go. */
export interface Step {
  key: string;
  entries: [Entry, ...Entry[]];
}

// What is done within this time of the last change is the same going over a ticket, in ms.
const together = 60_000;

/** Gathers the entries of a timeline, oldest first, into steps. A step is named by its newest entry: older ones come later. */
export function steps(entries: Entry[]): Step[] {
  const out: Step[] = [];
  for (const e of entries) {
    const last = out.at(-1);
    if (last && joins(last.entries.at(-1) as Entry, e)) {
      last.entries.push(e);
      last.key = entryKey(e);
    } else out.push({ key: entryKey(e), entries: [e] });
  }
  return out;
}

function joins(a: Entry, b: Entry): boolean {
  const events = a.kind === "event" && b.kind === "event";
  const same = a.author.kind === b.author.kind && a.author.id === b.author.id;
  return events && same && Date.parse(b.at) - Date.parse(a.at) < together;
}
