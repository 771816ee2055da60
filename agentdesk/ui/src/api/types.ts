import type { components } from "./schema.gen.ts";

/** The desk's names for what the API speaks of. Everything comes from the description that the program prints. */
type S = components["schemas"];

export type Agent = S["Me"];
export type Colleague = S["Seat"];
export type Employee = S["AuthorityPerson"];
export type Queue = S["Queue"];
export type ChatSite = S["Site"];
export type Row = S["Row"];
export type Ticket = S["Ticket"];
export type Link = S["Link"];
export type Person = S["Person"];
export type Point = S["Reach"];
export type Attachment = S["Attached"];
export type Delivery = S["Delivery"];
export type Draft = S["Draft"];
export type Alarm = S["Alarm"];
export type Mailbox = S["Status"];
export type MailServer = S["Server"];
export type Health = S["Side"];
export type Folder = S["Folder"];

export type View = S["View"];
export type Macro = S["Macro"];
export type HouseField = S["Field"];
export type Alike = S["Alike"];
export type OneOfMany = S["OneOfMany"];

export type SecretLink = S["TicketpageLink"];

export type TicketState = Row["state"];
/** In the order of a ticket's life. */
export const states: TicketState[] = ["open", "pending", "on_hold", "resolved", "closed"];
export type Presence = Colleague["presence"];

/** What an entry of kind "event" changed. Values are ids, texts, numbers or lists, as the name says. */
export interface Changed {
  name: string;
  from?: unknown;
  to?: unknown;
  /** What whoever did it says why. */
  reason?: string;
}

/** One entry of a ticket's timeline: a message, or a change that somebody made. */
export type Entry = Omit<S["Entry"], "event"> & { event: Changed | null };

export interface Page<T> {
  items: T[];
  next?: string;
}
