import { expect, test } from "vitest";
import { ask, contact, faults, go, openTicket, ownQueue, row, signIn } from "./desk.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}`;

interface Policies {
  version: number;
  items: { name: string }[];
}

test("a ticket shows when its answer is due, why, and that it broke", async () => {
  const { id: queue, path } = await ownQueue(unique("Due"));
  const page = await signIn("zhaojing");
  const list = await ask<Policies>(page, "GET", "/policies");
  const name = unique("Quick");
  const quick = { name, match: { queue: [queue] }, targets: ["first reply within 3 s of 24*7", "resolution within 8 h of 24*7"], steps: [{ at: "breach", acts: ["notify", "raise"] }] };
  await ask(page, "PUT", "/policies", { version: list.version, items: [quick, ...list.items] });
  await go(page, path);
  const subject = unique("Spindle");
  await contact(page, queue, subject, "It stands still.");
  await row(page, subject).locator("[data-near]").waitFor();
  await openTicket(page, subject);
  // It breaks by itself, and the timeline tells it.
  await page.getByText("noted that a promise broke").waitFor();
  await row(page, subject).locator('[data-near="over"]').waitFor();
  const promises = page.getByRole("region", { name: "Promises" });
  await promises.getByText(`policy ${name} v1`).first().waitFor();
  expect(await faults(page)).toEqual([]);
  await page.getByRole("article").getByRole("button", { name: /Promises/ }).click();
  await page.getByRole("tooltip").getByText(/overdue since .*: 3 s of 24\*7/).waitFor();
});

test("a promise of mine that breaks is told wherever I am on the desk, and leads to its ticket", async () => {
  const { id: queue } = await ownQueue(unique("Told"));
  const page = await signIn("zhaojing");
  const list = await ask<Policies>(page, "GET", "/policies");
  const soon = { name: unique("Soon"), match: { queue: [queue] }, targets: ["first reply within 4 s of 24*7"], steps: [{ at: "breach", acts: ["notify"] }] };
  await ask(page, "PUT", "/policies", { version: list.version, items: [soon, ...list.items] });
  const { agent } = await ask<{ agent: { id: number } }>(page, "GET", "/me");
  await go(page, "/admin/queues");
  const subject = unique("Turret");
  await contact(page, queue, subject, "It hums.", { assignee_id: agent.id });
  const notice = page.getByRole("status").filter({ hasText: subject });
  await notice.getByText(/^First reply was due/).waitFor();
  expect(await faults(page)).toEqual([]);
  await notice.getByRole("button", { name: "Open ticket" }).click();
  await page.locator("article h1", { hasText: subject }).waitFor();
});

test.each(["zh", "en"] as const)("a calendar is drawn, tried, refused and saved: %s", async (language) => {
  const zh = language === "zh";
  const page = await signIn("zhaojing", { language });
  await go(page, "/admin/calendars");
  await page.getByText("8*5", { exact: true }).click();
  const october = page.getByRole("region", { name: zh ? "2026年10月" : "October 2026" });
  const next = page.getByRole("button", { name: zh ? "上个月" : "The month before" });
  while (!(await october.isVisible())) await next.click();
  await october.locator('[data-kind="holiday"]', { hasText: "国庆节" }).first().waitFor();
  await october.locator('[data-kind="makeup"]').first().getByText("13:00-18:00").waitFor();
  expect(await faults(page)).toEqual([]);
  const tried = page.getByRole("region", { name: zh ? "试算" : "Try it" });
  await tried.getByLabel(zh ? "起始（本地时间）" : "From (your time)").fill("2026-09-30T09:00");
  await tried.getByLabel(zh ? "承诺" : "Promise").fill(zh ? "下一工作日" : "next business day");
  await tried.getByRole("status").getByText(zh ? "2026年10月8日" : "8 Oct 2026").waitFor();

  await page.getByRole("button", { name: zh ? "新建日历" : "Add a calendar" }).click();
  const name = unique("Shop").replaceAll(" ", "-");
  await page.getByLabel(zh ? "名称" : "Name", { exact: false }).first().fill(name);
  const week = page.getByLabel(zh ? "常规工作周" : "Ordinary week");
  await week.fill("");
  await page.getByRole("alert").getByText(zh ? "从不营业" : "never opens").waitFor();
  await week.fill("Mon-Sat 10:00-20:00");
  await page.getByRole("button", { name: zh ? "保存" : "Save", exact: true }).click();
  await page.getByRole("radio", { name }).waitFor({ state: "attached" });
  const kept = await ask<{ items: { name: string; week: string }[] }>(page, "GET", "/calendars");
  expect(kept.items.find((c) => c.name === name)?.week).toBe("Mon-Sat 10:00-20:00");
});

test("a policy is written in words, warned about in words, and saved as a new version", async () => {
  const page = await signIn("zhaojing");
  await go(page, "/admin/policies");
  await page.getByRole("button", { name: "Add a policy" }).click();
  const form = page.getByRole("dialog");
  const name = unique("Late");
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Channel").fill("nowhere");
  await form.getByLabel("Channel").press("Enter");
  await form.getByLabel("Promises, one a line").fill("next business day of 8*5 by 20:00, on site");
  await form.getByRole("button", { name: "OK" }).click();
  await page.getByText("is due at 20:00, when 8*5 is closed on every day").waitFor();
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  await form.getByLabel("Promises, one a line").fill("on site soon");
  await form.getByRole("button", { name: "OK" }).click();
  await page.getByRole("alert").getByText("is not understood at “soon”").waitFor();
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  await form.getByLabel("Promises, one a line").fill("next business day of 8*5 by 17:00, on site");
  await form.getByRole("button", { name: "OK" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const item = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name }) });
  await item.getByText("version 1").waitFor();
  await item.getByText("arrival on site next business day of 8*5 by 17:00").waitFor();
  expect(await faults(page)).toEqual([]);
});
