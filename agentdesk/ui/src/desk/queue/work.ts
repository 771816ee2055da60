import type { Seat, Work } from "@/api/queue";

/** Those who wait for an answer within seconds. */
const live = (channel: string) => channel === "chat" || channel === "phone";

const since = (w: Work) => Date.parse(w.entry.answered_at ?? w.entry.entered_at);
const group = (w: Work) => (w.entry.state === "parked" ? 2 : live(w.entry.channel) ? 0 : 1);

/**
 * What I have in hand in the order of its keys: chats and calls, then the others, what is parked last; each in the order in
 * which it came to me, so that a key stays with its contact.
 */
export function inOrder(work: Work[]): Work[] {
  return work.toSorted((a, b) => group(a) - group(b) || since(a) - since(b) || a.entry.id - b.entry.id);
}

/** What somebody has read of a ticket: its customer's newest message then, and how many were unanswered. */
export interface Read {
  id: number;
  unanswered: number;
}

/** How many of the customer's messages came since the ticket was last looked at. */
export function unread(w: Work, read: Read | undefined): number {
  if (!w.last_in || w.unanswered === 0 || (read && read.id >= w.last_in.id)) return 0;
  // After an answer the counting began anew.
  return read && read.unanswered < w.unanswered ? w.unanswered - read.unanswered : w.unanswered;
}

export interface Load {
  channel: string;
  have: number;
  max: number;
}

/** The channel as which a contact is dealt out: whatever is neither a call nor a chat is written, as a mail is. */
const dealt = (channel: string) => (live(channel) ? channel : "email");

/** What I have in hand by channel, against what I can take. What is parked takes no room. */
export function loads(work: Work[], seat: Seat | undefined): Load[] {
  const have = new Map<string, number>();
  for (const { entry } of work) {
    const channel = dealt(entry.channel);
    if (entry.state !== "parked") have.set(channel, (have.get(channel) ?? 0) + 1);
  }
  return ["phone", "chat", "email"]
    .map((channel) => ({ channel, have: have.get(channel) ?? 0, max: seat?.capacity[channel]?.max ?? 0 }))
    .filter((l) => l.have > 0 || l.max > 0);
}
