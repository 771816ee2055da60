import { expect, test } from "vitest";
import type { MessageFrame, ServerFrame } from "./frames.ts";
import { hear, silence, unread } from "./talk.ts";

const message = (seq: number, from: MessageFrame["from"] = "agent", id = ""): MessageFrame => ({
  type: "message", seq, id, from, name: from === "agent" ? "Li" : "", text: `${seq}`, parts: null, files: null, at: "2026-03-02T08:00:00Z",
});
const after = (...frames: ServerFrame[]) => frames.reduce(hear, silence);

test("messages stand in the order of the program, each once, however they come", () => {
  const t = after(message(1), message(3), message(2), message(3), message(1));
  expect(t.messages.map((m) => m.seq)).toEqual([1, 2, 3]);
  expect(t.seq).toBe(3);
});

test("the next connection goes on after the last message, not after an acknowledgement", () => {
  expect(after(message(4), { type: "ok", id: "a", seq: 9 }).seq).toBe(4);
});

test("marks only go forward, and what is read is delivered", () => {
  const t = after({ type: "read", upto: 5 }, { type: "delivered", upto: 3 }, { type: "read", upto: 2 });
  expect([t.delivered, t.read]).toEqual([5, 5]);
});

test("a place in the queue is there while the visitor waits", () => {
  const waiting = after({ type: "state", state: "waiting", agent: null }, { type: "queue", place: 2, wait_s: null, choices: null });
  expect(waiting.place).toEqual({ n: 2, wait: null, choices: [] });
  expect(hear(waiting, { type: "state", state: "talking", agent: { name: "Li" } }).place).toBeNull();
});

test("who wrote does not write any more when his words are there", () => {
  const talking = after({ type: "state", state: "talking", agent: { name: "Li" } }, { type: "typing", on: true, name: "Li" });
  expect(talking.typing).toBe("Li");
  expect(hear(talking, message(1)).typing).toBe("");
});

test("after a reset everything comes again", () => {
  const t = after(message(1), message(2), { type: "reset" }, message(7), message(8));
  expect(t.messages.map((m) => m.seq)).toEqual([7, 8]);
});

test("unread is what agents said after the last that was seen", () => {
  expect(unread(after(message(1), message(2, "visitor", "a"), message(3), message(4, "system")), 1)).toBe(1);
});
