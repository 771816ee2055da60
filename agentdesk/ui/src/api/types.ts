/** A person or a part of the program, by id and name. */
export interface Ref {
  id: number;
  name: string;
}

export type TicketState = "open" | "pending" | "on_hold" | "resolved" | "closed";
export type Presence = "ready" | "not_ready" | "after_work" | "away";
export type DeliveryState = "queued" | "sending" | "sent" | "uncertain" | "failed";
export type Direction = "in" | "out" | "note" | "event";

export interface Agent {
  id: number;
  name: string;
  login: string;
  roles: string[];
  tier: number;
  teams: Ref[];
  language: string;
  presence: Presence;
}

export interface Colleague {
  id: number;
  name: string;
  roles: string[];
  presence: Presence;
  presence_reason: string;
  presence_since: string;
}

/** A queue. Its counts stop at 1000. */
export interface Queue {
  id: number;
  name: string;
  name_en?: string;
  open: number;
  unassigned: number;
  pending: number;
}

/** A ticket as it stands in a list. Priority runs from 1 (urgent) to 4 (low). */
export interface Row {
  id: number;
  number: string;
  subject: string;
  summary: string;
  state: TicketState;
  sub_state: string;
  type: string;
  priority: number;
  severity: string;
  channel: string;
  queue_id: number;
  team_id: number | null;
  assignee: Ref | null;
  contact: { id: number; name: string; address?: string };
  account: Ref | null;
  tags: string[];
  last_at: string;
  last_direction: "" | "in" | "out";
  last_snippet: string;
  last_message_id: number;
  delivery_failed: boolean;
  created_at: string;
  updated_at: string;
}

export interface Point {
  kind: "email" | "phone" | "chat" | "other";
  address: string;
  /** Mail to it came back for good. */
  bounced_at?: string;
}

export interface Account {
  id: number;
  name: string;
  kind: "end_user_direct" | "end_user_indirect" | "dealer";
  address: string;
}

export interface Person {
  id: number;
  name: string;
  language: string;
  note: string;
  points: Point[];
  account: Account | null;
  created_at: string;
}

export interface Customer {
  contact: Person;
  duplicates: { contact_id: number; name: string; address: string; reason: string }[];
  tickets: Row[];
}

export interface Link {
  id: number;
  kind: "perhaps" | "follows" | "split";
  reason: string;
  ticket: { id: number; number: string; subject: string; state: TicketState };
}

export interface Attachment {
  id: number;
  name: string;
  type: string;
  size: number;
  inline: boolean;
}

export interface Draft {
  direction: "out" | "note";
  text: string;
  to: string[];
  cc: string[];
  bcc: string[];
  attachments: number[];
  /** The newest message the writer had before him when he began. */
  seen: number;
  updated_at: string;
}

export interface Ticket extends Row {
  participants: { address: string; name: string; role: string }[];
  links: Link[];
  customer: Customer;
  draft: Draft | null;
}

export interface Delivery {
  state: DeliveryState;
  detail: string;
  at: string | null;
}

/** One entry of a ticket's timeline: a message, or a change that somebody made. */
export interface Entry {
  id: number;
  kind: "message" | "event";
  at: string;
  direction: Direction;
  note_type: string;
  channel: string;
  author: { kind: string; id: number; name: string; address: string };
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  text: string;
  reply: string;
  has_html: boolean;
  has_raw: boolean;
  auto: boolean;
  bulk: boolean;
  problems: string[];
  attachments: Attachment[];
  delivery: Delivery | null;
  event: { name: string; from?: unknown; to?: unknown } | null;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

export interface Alarm {
  id: number;
  kind: string;
  object: string;
  code: string;
  args: Record<string, unknown>;
  since: string;
}

export interface Folder {
  name: string;
  seen: number;
  total: number;
}

export interface Health {
  ok: boolean;
  since: string;
  error: string;
  last_success: string | null;
  lag_s?: number;
  folders?: Folder[];
}

export interface MailServer {
  host: string;
  port: number;
  security: "tls" | "starttls" | "plain";
  user: string;
  auth: "password" | "xoauth2" | "oauthbearer";
  password?: string;
  folders?: string[];
}

export interface Mailbox {
  id: number;
  name: string;
  address: string;
  queue_id: number;
  imap: MailServer;
  smtp: MailServer;
  signature: string;
  state: { receiving: Health; sending: Health };
}
