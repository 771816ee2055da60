import { dropDraft, saveDraft, type DraftBody } from "@/api/calls";
import { newKey, Problem } from "@/api/client";
import type { Attachment, Draft, Entry, Ticket } from "@/api/types";
import { line } from "@/live/state";
import { type Store, store } from "@/parts/store";

/** A file that goes with what is being written. */
export interface File_ {
  /** Stands for the file on the screen before the server has given it an id. */
  local: number;
  id: number | null;
  name: string;
  size: number;
  type: string;
  /** 0 to 1. */
  progress: number;
  error: string;
}

/** kept: the server has it. here: only this browser has it. */
export type Saved = "nothing" | "saving" | "kept" | "here";

/** What is being written on a ticket, from the first key to the sending. */
export interface Writing {
  direction: "out" | "note";
  text: string;
  to: string[];
  cc: string[];
  bcc: string[];
  files: File_[];
  /** The newest message that was on the screen when the writing began, or was shown since. */
  seen: number;
  open: boolean;
  saved: Saved;
  /** Names the one sending of this text, however often it is tried. */
  key: string;
}

const pause = 800;
const all = new Map<number, Store<Writing>>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();
const saving = new Map<number, Promise<void>>();
let writer = 0;
const place = (ticket: number) => `draft:${writer}:${ticket}`;

/** Says who writes: what stays in a browser is shown to nobody else who signs in there. */
export function draftsOf(agent: number): void {
  if (agent === writer) return;
  for (const t of timers.values()) clearTimeout(t);
  timers.clear();
  all.clear();
  writer = agent;
}

/** The text of a ticket's reply, taken up where it was left: in this page, this browser or on the server. */
export function writingOn(ticket: Ticket): Store<Writing> {
  const held = all.get(ticket.id);
  if (held) return held;
  const s = store<Writing>(begin(ticket));
  all.set(ticket.id, s);
  return s;
}

/** Whether somebody writes on it here, so that news of his own draft is no news. */
export const isWriting = (ticket: number) => all.get(ticket)?.get().open ?? false;

function begin(ticket: Ticket): Writing {
  const unsaved = read(ticket.id);
  const d = unsaved ?? ticket.draft;
  if (!d) return blank(ticket);
  const { direction, text, to = [], cc = [], bcc = [] } = d;
  const files = kept(d.files ?? []);
  const seen = d.seen || ticket.last_message_id;
  return { direction, text, to, cc, bcc, files, seen, open: true, saved: unsaved ? "here" : "kept", key: newKey() };
}

/** Files that the server has already. */
function kept(files: Attachment[]): File_[] {
  return files.map(({ id, name, size, type }, i) => ({ local: -1 - i, id, name, size, type, progress: 1, error: "" }));
}

function blank(ticket: Ticket): Writing {
  const seen = ticket.last_message_id;
  return { direction: "out", text: "", to: [], cc: [], bcc: [], files: [], seen, open: false, saved: "nothing", key: newKey() };
}

/**
 * Whom an answer goes to unless the writer says otherwise: whoever wrote last, or where he wants answers, and who else got it. Participants
 * are not asked: somebody who got a blind copy takes part, and must not come into the open by an answer.
 */
export function recipients(ticket: Ticket, entries: Entry[]): { to: string[]; cc: string[]; bcc: string[] } {
  const last = entries.find((e) => e.kind === "message" && e.direction === "in" && !e.auto && e.author.address.includes("@"));
  const email = last?.author.address ?? ticket.contact.address ?? "";
  const named = last?.reply_to ?? [];
  const to = named.length > 0 ? named : email.includes("@") ? [email] : [];
  return { to, cc: (last?.others ?? []).filter((a) => a !== email && !to.includes(a)), bcc: [] };
}

/** Opens the composer of a ticket for an answer or a note; `entries` are the newest of its timeline, newest first. */
export function write(ticket: Ticket, entries: Entry[], direction: "out" | "note"): void {
  writingOn(ticket).set((w) => {
    if (w.saved !== "nothing" || w.open) return { ...w, direction, open: true };
    return { ...w, ...recipients(ticket, entries), direction, open: true, seen: ticket.last_message_id };
  });
}

/** Puts a message that did not arrive into the composer, to be mended and sent as a new one. */
export function writeAgain(ticket: Ticket, entry: Entry): void {
  change(ticket.id, writingOn(ticket), {
    direction: "out",
    open: true,
    text: entry.text,
    to: entry.to,
    cc: entry.cc,
    bcc: entry.bcc,
    files: kept(entry.attachments),
    seen: ticket.last_message_id,
  });
}

/** Changes what is written and keeps it: in the browser at once, on the server when the writer pauses. */
export function change(ticket: number, s: Store<Writing>, part: Partial<Writing>): void {
  s.set((w) => ({ ...w, ...part, saved: "saving", key: newKey() }));
  localStorage.setItem(place(ticket), JSON.stringify(local(s.get())));
  clearTimeout(timers.get(ticket));
  timers.set(
    ticket,
    setTimeout(() => void save(ticket, s), pause),
  );
}

async function save(ticket: number, s: Store<Writing>): Promise<void> {
  timers.delete(ticket);
  // The order of two savings is the order of the typing.
  await saving.get(ticket);
  const w = s.get();
  const written = body(w);
  const job = (empty(w) ? dropDraft(ticket) : saveDraft(ticket, written)).then(
    () => settle(ticket, s, w.key, "kept"),
    (e: unknown) => {
      settle(ticket, s, w.key, "here");
      if (e instanceof Problem && e.offline) whenUp(() => void save(ticket, s));
    },
  );
  saving.set(ticket, job);
  await job;
  if (saving.get(ticket) === job) saving.delete(ticket);
}

function settle(ticket: number, s: Store<Writing>, key: string, saved: Saved): void {
  const w = s.get();
  if (w.key !== key || all.get(ticket) !== s) return;
  if (saved === "kept") localStorage.removeItem(place(ticket));
  s.set({ ...w, saved: empty(w) ? "nothing" : saved });
}

/** Throws away what was written, here and on the server: it was sent, or is not wanted. */
export async function discard(ticket: Ticket): Promise<void> {
  localStorage.removeItem(place(ticket.id));
  const s = all.get(ticket.id);
  s?.set(blank(ticket));
  await quiet(ticket.id);
  await dropDraft(ticket.id).catch(() => {});
}

/** Resolves when no saving is under way and none will start: a draft must not come back after its sending. */
export async function quiet(ticket: number): Promise<void> {
  clearTimeout(timers.get(ticket));
  timers.delete(ticket);
  await saving.get(ticket);
}

export const empty = (w: Pick<Writing, "text" | "files">) => w.text.trim() === "" && w.files.length === 0;

function body(w: Writing): DraftBody {
  const attachments = w.files.flatMap((f) => (f.id === null ? [] : [f.id]));
  return { direction: w.direction, text: w.text, to: w.to, cc: w.cc, bcc: w.bcc, attachments, seen: w.seen };
}

/** What this browser keeps until the server has it: as the server gives it back, with the files' names. */
function local(w: Writing): Draft {
  const files = w.files.flatMap(({ id, name, size, type }) => (id === null ? [] : [{ id, name, size, type, inline: false }]));
  return { ...body(w), files };
}

function read(ticket: number): Draft | null {
  const text = localStorage.getItem(place(ticket));
  if (!text) return null;
  try {
    return JSON.parse(text) as Draft;
  } catch {
    return null;
  }
}

function whenUp(f: () => void): void {
  const stop = line.subscribe(() => {
    if (line.get() !== "up") return;
    stop();
    f();
  });
}
