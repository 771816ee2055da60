import { expect, test } from "vitest";
import type { Person } from "@/api/types";
import { bodyOf, type Fields, guess, mailAddresses } from "./begin.ts";

const zhang = {
  id: 7,
  points: [
    { kind: "phone", address: "+8613800138000" },
    { kind: "email", address: "old@x.cn", bounced_at: "2026-01-01T00:00:00Z" },
    { kind: "email", address: "zhang@x.cn" },
  ],
} as Person;
const fields: Fields = { subject: " S ", queue: 2, priority: 3, text: "T\n", mine: true, type: "", severity: " low " };

test("what was typed in the search becomes the field it looks like", () => {
  expect(guess(" a@b.cn ")).toEqual({ email: "a@b.cn" });
  expect(guess("+86 138-0013 8000")).toEqual({ phone: "+86 138-0013 8000" });
  expect(guess("李 4")).toEqual({ name: "李 4" });
  expect(guess("  ")).toEqual({});
});

test("an address that bounces is the last to be offered", () => {
  expect(mailAddresses(zhang)).toEqual(["zhang@x.cn", "old@x.cn"]);
});

test("a call names its caller, a mail its address, and empty fields are left out", () => {
  expect(bodyOf("call", { ...fields, cc: ["c@x.cn"], to: "zhang@x.cn" }, zhang, 5)).toEqual({
    direction: "in",
    channel: "phone",
    subject: "S",
    text: "T",
    contact: { id: 7 },
    queue: 2,
    priority: 3,
    severity: "low",
    assignee_id: 5,
  });
  expect(bodyOf("mail", { ...fields, mine: false, cc: ["c@x.cn"], to: "zhang@x.cn" }, zhang, 5)).toMatchObject({
    direction: "out",
    contact: { id: 7, email: "zhang@x.cn" },
    cc: ["c@x.cn"],
  });
  expect(bodyOf("mail", { ...fields, name: "New", email: "n@x.cn", phone: "" }, null, 5).contact).toEqual({ name: "New", email: "n@x.cn" });
});
