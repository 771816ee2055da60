import i18next, { type TFunction } from "i18next";
import { beforeAll, expect, test } from "vitest";
import type { Rules } from "@/api/queue";
import en from "@/locales/en.json";
import zh from "@/locales/zh.json";
import { headsOf, type Names, summary, toHeads, told } from "./summary.ts";

const spoken = new Map<string, TFunction>();
beforeAll(async () => {
  for (const [lng, words] of Object.entries({ en, zh })) {
    const i = i18next.createInstance();
    await i.init({ lng, resources: { [lng]: { translation: words } }, interpolation: { escapeValue: false } });
    spoken.set(lng, i.t);
  }
});
const words = (lng: string) => spoken.get(lng) as TFunction;
const names = (language: string): Names => ({ queue: (id) => `queue ${id}`, team: (id) => `team ${id}`, language });

const rules: Rules = {
  want: { all: [{ language: true, level: 4 }, { any: [{ skill: "mill", level: 3 }, { skill: "lathe", level: 3 }] }] },
  prefer_s: 30,
  steps: [
    { after_s: 30, want: { language: true, level: 3 } },
    { after_s: 60, teams: [2] },
  ],
  heads: { class: { vip: 300 }, priority: { "1": 600 } },
  offers: { chat: { auto: true }, phone: { for_s: 15 } },
  overflow: { to: 5, after_s: 600, when_nobody: true },
  wrap_up: { for_s: 60, required: true, codes: [{ code: "a", name: "A" }] },
  service_level: { percent: 80, within_s: 20 },
  pull: false,
};

test("rules are told from the beginning of a contact to its end", () => {
  expect(summary(rules, names("en"), words("en"))).toEqual([
    "Agents need the customer's language ≥ 4 and (mill ≥ 3 or lathe ≥ 3).",
    "For the first 30 secs a contact is kept for the customer's last agent or the account's owner, while they are there.",
    "After 30 secs this is enough too: the customer's language ≥ 3.",
    "After 1 min this is enough too: anybody of team 2.",
    "Counted as waiting longer: vip by 5 mins, Urgent by 10 mins.",
    "Chat is accepted without asking.",
    "Phone is offered for 15 secs.",
    "A contact moves on to queue 5 after 10 mins or while nobody of this queue is signed in.",
    "Afterwards a code must be given (one to choose from).",
    "The target: 80 % answered within 20 secs.",
    "Nobody takes contacts by hand.",
  ]);
  expect(summary(rules, names("zh"), words("zh"))).toHaveLength(11);
  expect(summary(rules, names("zh"), words("zh"))[0]).toBe("坐席需要：客户的语言 ≥ 4，并且（mill ≥ 3 或 lathe ≥ 3）。");
});

test("a queue without rules says so", () => {
  expect(summary({}, names("en"), words("en"))).toEqual([
    "Everybody who sees the queue and is ready gets contacts.",
    "Agents may take contacts by hand.",
  ]);
});

test("times are told in their two largest units", () => {
  expect([20, 60, 90, 3600, 5400, 86_400, 0].map((s) => told(s, "en"))).toEqual(["20 secs", "1 min", "1 min 30 secs", "1 hr", "1 hr 30 mins", "1 day", "0 secs"]);
});

test("head starts go into a list and back", () => {
  const list = headsOf(rules, words("en"));
  expect(list.map((h) => h.words)).toEqual(["vip", "Urgent"]);
  expect(toHeads(list)).toEqual(rules.heads);
  expect(toHeads([{ kind: "class", value: " ", seconds: 5 }])).toBeUndefined();
});
