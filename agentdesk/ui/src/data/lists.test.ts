import { expect, test } from "vitest";
import type { Entry, Row } from "@/api/types";
import { belongs, joinHead, type Pages, place } from "./lists.ts";

const row = (id: number, at: string, more: Partial<Row> = {}): Row => ({
  id,
  number: `T-${id}`,
  subject: "主轴转速不稳",
  summary: "",
  state: "open",
  sub_state: "",
  type: "",
  priority: 3,
  severity: "",
  channel: "email",
  queue_id: 7,
  team_id: null,
  assignee: null,
  contact: { id: 5, name: "王建国", address: "wang@huaxin.cn" },
  account: null,
  tags: [],
  last_at: `2026-11-24T${at}:00Z`,
  last_direction: "in",
  last_snippet: "",
  last_message_id: 0,
  delivery_failed: false,
  created_at: "2026-11-20T08:00:00Z",
  updated_at: "2026-11-24T08:00:00Z",
  due: null,
  ...more,
});

const list = (...pages: [Row[], string?][]): Pages<Row> => ({
  pages: pages.map(([items, next]) => (next ? { items, next } : { items })),
  pageParams: pages.map(() => undefined),
});
const ids = (d: Pages<Row>) => d.pages.map((p) => p.items.map((r) => r.id));

test("a ticket that moves goes to the top, one that changed stays where it is", () => {
  const d = list([[row(3, "10:00"), row(2, "09:00")], "c1"], [[row(1, "08:00")], "c2"]);
  expect(ids(place(d, row(1, "11:00"), true))).toEqual([[1, 3, 2], []]);
  expect(ids(place(d, row(2, "09:00", { subject: "new" }), true))).toEqual([[3, 2], [1]]);
  expect(place(d, row(2, "09:00", { subject: "new" }), true).pages[0]?.items[1]?.subject).toBe("new");
});

test("a new ticket enters at its place, the last page included when nothing follows", () => {
  const d = list([[row(3, "10:00"), row(2, "09:00")], "c1"], [[row(1, "08:00")]]);
  expect(ids(place(d, row(9, "09:30"), true))).toEqual([[3, 9, 2], [1]]);
  expect(ids(place(d, row(9, "07:00"), true))).toEqual([[3, 2], [1, 9]]);
  expect(ids(place(list([[]]), row(9, "07:00"), true))).toEqual([[9]]);
});

test("a ticket beyond the loaded pages waits for the scroll, one that left is gone", () => {
  const d = list([[row(3, "10:00"), row(2, "09:00")], "c1"]);
  expect(ids(place(d, row(9, "07:00"), true))).toEqual([[3, 2]]);
  expect(ids(place(d, row(3, "10:00", { state: "resolved" }), false))).toEqual([[2]]);
  expect(place(d, row(9, "11:00"), false)).toBe(d);
});

test("a list takes what its filter says", () => {
  const mine = row(1, "10:00", { assignee: { id: 5, name: "李" } });
  expect(belongs(mine, { assignee: "me", state: "open" }, 5)).toBe(true);
  expect(belongs(mine, { assignee: "me" }, 6)).toBe(false);
  expect(belongs(mine, { assignee: "none" }, 5)).toBe(false);
  expect(belongs(mine, { queue: 8 }, 5)).toBe(false);
  expect(belongs(mine, { queue: 7, state: "closed" }, 5)).toBe(false);
  expect(belongs({ ...mine, state: "on_hold" }, { assignee: "5", state: "active" }, 6)).toBe(true);
});

const entry = (id: number, minute: number, text = ""): Entry =>
  ({ kind: "message", id, at: new Date(Date.UTC(2026, 10, 24, 8, minute)).toISOString(), text }) as Entry;
const held = (items: Entry[], next?: string): Pages<Entry> => ({
  pages: [next ? { items, next } : { items }],
  pageParams: [undefined],
});
const texts = (d: Pages<Entry>) => d.pages.flatMap((p) => p.items.map((e) => `${e.id}${e.text}`));

test("the newest page joins what is held: added, changed and moved away", () => {
  const d = held([entry(4, 40), entry(3, 30), entry(2, 20), entry(1, 10)]);
  const head = { items: [entry(5, 50), entry(4, 40, "!"), entry(2, 20)], next: "c" };
  expect(texts(joinHead(d, head))).toEqual(["5", "4!", "2", "1"]);
});

test("a gap throws the old pages away rather than hiding what lies between", () => {
  const d = held([entry(2, 20), entry(1, 10)], "c");
  expect(texts(joinHead(d, { items: [entry(9, 50), entry(8, 40)], next: "c8" }))).toEqual(["9", "8"]);
});
