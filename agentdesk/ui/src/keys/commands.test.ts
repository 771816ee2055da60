import { expect, test } from "vitest";
import en from "@/locales/en.json";
import { commands, Matcher, offer, run, strokeOf } from "./commands.ts";

const press = (key: string, mods: Partial<KeyboardEvent> = {}) =>
  strokeOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...mods });

test("a press has one name on every keyboard", () => {
  expect(press("J", { shiftKey: true })).toBe("Shift+j");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("Enter", { metaKey: true })).toBe("Mod+Enter");
  expect(press("Enter", { ctrlKey: true, shiftKey: true })).toBe("Mod+Shift+Enter");
  expect(press("¡", { altKey: true, code: "Digit1" })).toBe("Alt+1");
});

test("letters are words in a text field and commands outside", () => {
  const m = new Matcher();
  expect(m.match("r", false, 0)?.id).toBe("reply");
  expect(m.match("r", true, 0)).toBeNull();
  expect(m.match("Mod+Enter", true, 0)?.id).toBe("send");
  expect(m.match("Escape", true, 0)?.id).toBe("back");
});

test("one goes to another contact in the middle of a word, and never accepts one by writing", () => {
  const m = new Matcher();
  expect(m.match("Alt+3", true, 0)).toEqual({ id: "switch", stroke: "Alt+3" });
  expect(m.match("Alt+0", true, 0)?.id).toBe("to_offer");
  for (const key of ["y", "d", "f"]) expect(m.match(key, true, 0)).toBeNull();
  expect(m.match("y", false, 0)?.id).toBe("accept");
});

test("a pair of keys is one command while it is quick", () => {
  const m = new Matcher();
  expect(m.match("g", false, 0)).toBeNull();
  expect(m.match("m", false, 400)?.id).toBe("go_mine");
  m.match("g", false, 1000);
  expect(m.match("3", false, 1100)).toEqual({ id: "go_queue", stroke: "3" });
  m.match("g", false, 2000);
  expect(m.match("a", false, 9000)?.id).toBe("take");
  m.match("g", false, 10_000);
  expect(m.match("r", false, 10_100)).toBeNull();
});

test("the screen that came last answers, and the one before it after it left", () => {
  const said: string[] = [];
  const leave = offer("back", () => said.push("list"));
  const close = offer("back", () => said.push("dialog"));
  run("back");
  close();
  run("back");
  leave();
  expect(run("back")).toBe(false);
  expect(said).toEqual(["dialog", "list"]);
});

test("no two commands share a key, and each has its words", () => {
  const all = commands.flatMap((c) => [...c.keys]);
  expect(new Set(all).size).toBe(all.length);
  for (const c of commands) expect(en.keys.commands, c.id).toHaveProperty(c.id);
});
