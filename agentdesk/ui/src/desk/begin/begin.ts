import type { NewTicketBody } from "@/api/calls";
import type { Person } from "@/api/types";

/** How a ticket begins: the customer phoned, or we write to him. */
export type Kind = "call" | "mail";

/** The fields of the form. */
export interface Fields {
  name?: string;
  email?: string;
  phone?: string;
  to?: string;
  cc?: string[];
  subject: string;
  queue: number;
  type?: string;
  priority: number;
  severity?: string;
  text: string;
  mine: boolean;
}

/** What a stranger's first words in the search field are most likely: an address, a number or a name. */
export function guess(typed: string): Pick<Fields, "name" | "email" | "phone"> {
  const text = typed.trim();
  if (text.includes("@")) return { email: text };
  if (/^[+\d][\d\s()./-]{4,}$/.test(text)) return { phone: text };
  return text ? { name: text } : {};
}

/** The mail addresses of somebody, those that work first. */
export function mailAddresses(p: Person): string[] {
  const mails = p.points.filter((x) => x.kind === "email");
  return [...mails.filter((x) => !x.bounced_at), ...mails.filter((x) => x.bounced_at)].map((x) => x.address);
}

/** A field that was filled in, by its name. */
function filled(s: string | undefined, name: string): Record<string, string> {
  return s?.trim() ? { [name]: s.trim() } : {};
}

/** What the server is told. Somebody who is known is named by his record, so that a changed name makes nobody new. */
export function bodyOf(kind: Kind, v: Fields, known: Person | null, me: number): NewTicketBody {
  const mail = kind === "mail";
  const contact = known
    ? { id: known.id, ...(mail && v.to ? { email: v.to } : {}) }
    : { ...filled(v.name, "name"), ...filled(v.email, "email"), ...filled(v.phone, "phone") };
  return {
    direction: mail ? "out" : "in",
    ...(mail ? {} : { channel: "phone" }),
    subject: v.subject.trim(),
    text: v.text.trimEnd(),
    contact,
    queue: v.queue,
    priority: v.priority,
    ...filled(v.type, "type"),
    ...filled(v.severity, "severity"),
    ...(v.mine ? { assignee_id: me } : {}),
    ...(mail && v.cc?.length ? { cc: v.cc } : {}),
  };
}
