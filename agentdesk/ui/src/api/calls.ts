import { call, newKey, upload } from "@/api/client";
import type {
  Agent,
  Alarm,
  Attachment,
  Colleague,
  Draft,
  Entry,
  Mailbox,
  Page,
  Person,
  Queue,
  Row,
  Ticket,
  TicketState,
} from "@/api/types";

/** One function for each call of the API that the desk makes. */

export const signIn = (body: { login: string; password: string; code?: string }) =>
  call<{ agent: Agent }>("/session", { method: "POST", body });
export const signOut = () => call<void>("/session", { method: "DELETE" });
export const me = () => call<{ agent: Agent }>("/me").then((a) => a.agent);
export const changeMe = (body: { language?: string }) => call<unknown>("/me", { method: "PATCH", body });

export const queues = (signal?: AbortSignal) => call<Page<Queue>>("/queues", { ...opt(signal) }).then(items);
export const agents = (signal?: AbortSignal) => call<Page<Colleague>>("/agents", { ...opt(signal) }).then(items);
export const alarms = (signal?: AbortSignal) => call<Page<Alarm>>("/alarms", { ...opt(signal) }).then(items);

/** What a list of tickets shows. Undefined asks for everything. */
export interface TicketFilter {
  state?: TicketState;
  queue?: number;
  assignee?: "me" | "none" | number;
  account?: number;
  contact?: number;
}

export const tickets = (filter: TicketFilter, after?: string, signal?: AbortSignal) =>
  call<Page<Row>>("/tickets", { query: { ...filter, limit: 50, after }, ...opt(signal) });
export const ticket = (id: number, signal?: AbortSignal) => call<Ticket>(`/tickets/${id}`, { ...opt(signal) });
export const timeline = (id: number, before?: string, signal?: AbortSignal) =>
  call<Page<Entry>>(`/tickets/${id}/timeline`, { query: { limit: 40, before }, ...opt(signal) });

export interface TicketChange {
  state?: TicketState;
  priority?: number;
  severity?: string;
  type?: string;
  subject?: string;
  queue_id?: number;
  /** 0: nobody. */
  assignee_id?: number;
  tags?: string[];
}

export const changeTicket = (id: number, body: TicketChange) => call<unknown>(`/tickets/${id}`, { method: "PATCH", body });

export interface NewMessage {
  direction: "out" | "note";
  text: string;
  to?: string[];
  cc?: string[];
  bcc?: string[];
  attachments?: number[];
  /** The newest message the writer had before him; newer ones make the server refuse with stale_view. */
  seen?: number;
  /** Send although newer messages exist. */
  anyway?: boolean;
}

/** The key stays the same over all tries of one message, so that it is sent once. */
export const addMessage = (id: number, body: NewMessage, key = newKey()) =>
  call<{ id: number }>(`/tickets/${id}/messages`, { method: "POST", body, key });

export type DraftBody = Omit<Draft, "updated_at">;

export const saveDraft = (id: number, body: DraftBody) => call<unknown>(`/tickets/${id}/draft`, { method: "PUT", body });
export const dropDraft = (id: number) => call<unknown>(`/tickets/${id}/draft`, { method: "DELETE" });
export const splitMessage = (id: number, message: number) =>
  call<{ id: number; number: string }>(`/tickets/${id}/split`, { method: "POST", body: { message } });
export const moveMessage = (id: number, message: number, to: number) =>
  call<unknown>(`/tickets/${id}/move`, { method: "POST", body: { message, to } });
export const dismissLink = (id: number, link: number) =>
  call<unknown>(`/tickets/${id}/links/${link}/dismiss`, { method: "POST" });

export const uploadAttachment = (file: File, progress: (part: number) => void, signal: AbortSignal) =>
  upload<Attachment>(`/attachments?name=${encodeURIComponent(file.name)}`, file, progress, signal);
export const attachmentUrl = (id: number) => `/api/v1/attachments/${id}`;
export const htmlUrl = (message: number, images: boolean) => `/api/v1/messages/${message}/html?images=${images ? 1 : 0}`;
export const rawUrl = (message: number) => `/api/v1/messages/${message}/raw`;

export const findContacts = (q: string, signal?: AbortSignal) =>
  call<Page<Person>>("/contacts", { query: { q, limit: 8 }, ...opt(signal) }).then(items);

export const mailboxes = (signal?: AbortSignal) => call<Page<Mailbox>>("/mailboxes", { ...opt(signal) }).then(items);
export type MailboxBody = Omit<Mailbox, "id" | "state">;
export const addMailbox = (body: MailboxBody) => call<Mailbox>("/mailboxes", { method: "POST", body });
export const changeMailbox = (id: number, body: Partial<MailboxBody>) =>
  call<Mailbox>(`/mailboxes/${id}`, { method: "PATCH", body });
export const dropMailbox = (id: number) => call<unknown>(`/mailboxes/${id}`, { method: "DELETE" });

const opt = (signal?: AbortSignal) => (signal ? { signal } : {});
const items = <T>(p: Page<T>) => p.items;
