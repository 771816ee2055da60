import { expect, test } from "vitest";
import type { Work } from "@/api/queue";
import { inOrder, loads, unread } from "./work.ts";

function work(id: number, channel: string, state: Work["entry"]["state"], minute: number, unanswered = 0): Work {
  const at = new Date(Date.UTC(2026, 10, 24, 8, minute)).toISOString();
  return {
    entry: {
      id,
      state,
      queue_id: 1,
      channel,
      arrived_at: at,
      entered_at: at,
      agent: null,
      answered_at: at,
      parked_until: null,
      call: null,
      wrap_up: null,
      pulled: false,
      may_pull: true,
      may_take_back: false,
      place: 0,
      why_waiting: "",
    },
    ticket: { id, number: String(id), subject: "", channel, contact: { id: 1, name: "" } },
    last_in: unanswered > 0 ? { id: 100 + unanswered, at } : null,
    unanswered,
  };
}

const room = (max: number) => ({ max, yields: [] });

test("chats stand before mails, what is parked last, and nothing that comes moves what is there", () => {
  const before = [work(1, "email", "in_hand", 1), work(2, "chat", "in_hand", 2), work(3, "email", "parked", 0), work(4, "chat", "wrap_up", 1)];
  expect(inOrder(before).map((w) => w.entry.id)).toEqual([4, 2, 1, 3]);
  const after = [...before, work(5, "chat", "in_hand", 9)];
  expect(inOrder(after).map((w) => w.entry.id)).toEqual([4, 2, 5, 1, 3]);
});

test("a badge counts what came since one looked", () => {
  const w = work(1, "chat", "in_hand", 0, 3); // newest message 103
  expect(unread(w, undefined)).toBe(3);
  expect(unread(w, { id: 103, unanswered: 3 })).toBe(0);
  expect(unread(w, { id: 101, unanswered: 1 })).toBe(2);
  // Answered meanwhile: all three are new words.
  expect(unread(w, { id: 90, unanswered: 5 })).toBe(3);
  expect(unread(work(1, "chat", "in_hand", 0), undefined)).toBe(0);
});

test("in hand counts against capacity, parked does not", () => {
  const all = [work(1, "chat", "in_hand", 0), work(2, "chat", "wrap_up", 0), work(3, "email", "parked", 0), work(4, "form", "in_hand", 0)];
  const seat = { language: "", skills: [], queues: [], capacity: { phone: room(1), chat: room(3), email: room(10) } };
  expect(loads(all, seat)).toEqual([
    { channel: "phone", have: 0, max: 1 },
    { channel: "chat", have: 2, max: 3 },
    { channel: "email", have: 1, max: 10 },
  ]);
  expect(loads([], { ...seat, capacity: { chat: room(2) } })).toEqual([{ channel: "chat", have: 0, max: 2 }]);
});
