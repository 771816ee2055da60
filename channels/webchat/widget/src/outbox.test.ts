import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientFrame } from "./frames.ts";
import { Outbox } from "./outbox.ts";
import { openStore, type Store } from "./store.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A browser's storage, a line that can stand or not, and what went over it. */
function world() {
  const kept = openStore("", () => {
    throw new Error("no storage");
  });
  const sent: ClientFrame[] = [];
  const line = { up: true };
  const open = (store: Store = kept) =>
    new Outbox(
      store,
      (f) => {
        if (line.up) sent.push(f);
        return line.up;
      },
      () => {},
    );
  return { open, sent, line, ids: () => sent.map((f) => ("id" in f ? f.id : "")) };
}
const say = (box: Outbox, id: string, at = 1) => box.add(id, at, { kind: "message", text: id });

test("letters go one after the other, each when the one before is acknowledged", () => {
  const w = world();
  const box = w.open();
  for (const id of ["a", "b", "c"]) say(box, id);
  expect(w.ids()).toEqual(["a"]);
  box.done("a");
  box.done("b");
  expect(w.ids()).toEqual(["a", "b", "c"]);
  box.done("c");
  expect(box.letters).toEqual([]);
});

test("what was written while the line was down goes out in order when it stands, and after a reload too", () => {
  const w = world();
  w.line.up = false;
  const before = w.open();
  for (const id of ["a", "b"]) say(before, id);
  const after = w.open();
  w.line.up = true;
  after.lineUp();
  expect(w.ids()).toEqual(["a"]);
  after.done("a");
  expect(w.ids()).toEqual(["a", "b"]);
  after.done("b");
  expect(w.open().letters).toEqual([]);
});

test("a letter that was under way when the line fell goes again under the same id", () => {
  const w = world();
  const box = w.open();
  say(box, "a");
  say(box, "b");
  box.lineDown();
  box.lineUp();
  expect(w.ids()).toEqual(["a", "a"]);
});

test("a clock that was set back does not change the order", () => {
  const w = world();
  w.line.up = false;
  const box = w.open();
  say(box, "first", 1000);
  say(box, "second", 10);
  expect(w.open().letters.map((l) => l.id)).toEqual(["first", "second"]);
});

test("a refused letter is kept with its reason, holds nobody up, and goes again when it is asked for", () => {
  const w = world();
  const box = w.open();
  say(box, "bad");
  say(box, "good");
  box.refused("bad", { code: "too_long", detail: "Too long" });
  expect(w.ids()).toEqual(["bad", "good"]);
  expect(w.open().letters[0]?.refused?.detail).toBe("Too long");
  box.done("good");
  box.again("bad");
  expect(w.ids()).toEqual(["bad", "good", "bad"]);
  box.done("bad");
  expect(box.letters).toEqual([]);
});

test("a letter that came too fast waits as long as the program says, and those behind it wait too", () => {
  const w = world();
  const box = w.open();
  say(box, "a");
  say(box, "b");
  box.refused("a", { code: "rate_limited", detail: "", args: { retry_after: 7 } });
  vi.advanceTimersByTime(6900);
  expect(w.ids()).toEqual(["a"]);
  vi.advanceTimersByTime(200);
  expect(w.ids()).toEqual(["a", "a"]);
  box.done("a");
  expect(w.ids()).toEqual(["a", "a", "b"]);
});

test("every kind of letter goes over the line as the program reads it", () => {
  const w = world();
  const box = w.open();
  const file = { id: 7, name: "a.png", type: "image/png", size: 3 };
  box.add("1", 1, { kind: "start", what: "callback", answers: { phone: "1" }, text: "t" });
  box.add("2", 1, { kind: "message", text: "m", files: [file] });
  box.add("3", 1, { kind: "choose", what: "mail", answers: { email: "a@b.c" } });
  box.add("4", 1, { kind: "end" });
  for (const id of ["1", "2", "3", "4"]) box.done(id);
  expect(w.sent).toEqual([
    { type: "start", id: "1", what: "callback", answers: { phone: "1" }, text: "t", files: [] },
    { type: "message", id: "2", text: "m", files: [7] },
    { type: "choose", id: "3", what: "mail", answers: { email: "a@b.c" } },
    { type: "end", id: "4" },
  ]);
});

test("what another program left in the storage is thrown away", () => {
  const w = world();
  const store = openStore("", () => {
    throw new Error("no storage");
  });
  store.set("out:x", "not JSON");
  store.set("out:y", '{"id":1}');
  expect(w.open(store).letters).toEqual([]);
  expect(store.names("out:")).toEqual([]);
});
