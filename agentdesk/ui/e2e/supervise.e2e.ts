import { expect, test } from "vitest";
import { ask, contact, faults, go, ownQueue, signIn } from "./desk.ts";

/** A queue with somebody waiting in it, who waited for no supervisor yet. */
async function waiting(name: string): Promise<{ queue: number; ticket: number }> {
  const queue = await ownQueue(name);
  const page = await signIn("zhaojing");
  const { id } = await contact(page, queue.id, `${name} waits`, "Help.");
  return { queue: queue.id, ticket: id };
}

test("who leads sees what waits as it comes, and opens the number into its rows", async () => {
  const name = `Live ${Date.now()}`;
  const queue = await ownQueue(name);
  const page = await signIn("zhaojing", { width: 1280, height: 800 });
  await go(page, "/supervision");
  const row = page.getByRole("row", { name: new RegExp(name) });
  await row.getByRole("button", { name: `${name} Waiting now: 0` }).waitFor();
  await contact(page, queue.id, `${name} one`, "Help.");
  const number = row.getByRole("button", { name: `${name} Waiting now: 1` });
  await number.waitFor();
  expect(await faults(page)).toEqual([]);
  await number.hover();
  await page.getByText("Contacts that no agent has at this moment", { exact: false }).waitFor();
  await number.click();
  const rows = page.getByRole("dialog");
  await rows.getByRole("link", { name: new RegExp(`${name} one`) }).click();
  await page.locator('article[aria-busy="false"] h1', { hasText: `${name} one` }).waitFor();
});

test("a supervisor looks on unseen, whispers, and takes over", async () => {
  const name = `Unseen ${Date.now()}`;
  const { ticket } = await waiting(name);
  const agent = await signIn("emma");
  const boss = await signIn("zhaojing");
  const { agent: emma } = await ask<{ agent: { id: number } }>(agent, "GET", "/me");
  await boss.request.fetch(new URL(`/api/v1/tickets/${ticket}`, boss.url()).href, {
    method: "PATCH",
    data: { assignee_id: emma.id },
    headers: { Origin: new URL(boss.url()).origin },
  });
  await go(agent, `/box/mine/${ticket}`);
  await agent.locator('article[aria-busy="false"] h1').waitFor();

  await go(boss, "/supervision");
  const row = boss.getByRole("row", { name: /Emma Clark/ });
  await row.getByRole("button", { name: new RegExp(name) }).click();
  await boss.getByRole("menuitem", { name: "Look on unseen" }).click();
  await boss.getByText("You look on unseen").waitFor();
  await boss.getByRole("button", { name: "Whisper" }).click();
  await boss.getByLabel("What you whisper").fill("Offer her the loan machine.");
  await boss.getByRole("dialog").getByRole("button", { name: "Whisper" }).click();
  await agent.getByText("Offer her the loan machine.").waitFor();
  expect(await faults(agent)).toEqual([]);
  expect(await agent.getByText("赵静").filter({ visible: true }).count(), "the whisper and who assigned it name her").toBe(2);

  await boss.getByRole("button", { name: "Take over" }).click();
  const why = boss.getByRole("dialog");
  await why.getByLabel("Why").fill("She asked for the manager");
  await why.getByRole("button", { name: "Do it" }).click();
  await expect
    .poll(async () => (await ask<{ assignee: { name: string } | null }>(boss, "GET", `/tickets/${ticket}`)).assignee?.name)
    .toBe("赵静");
  await boss.getByText("took it over from Emma Clark: She asked for the manager").waitFor();
});

test("a supervisor gives work to another, joins, and both stand on the timeline", async () => {
  const name = `Give ${Date.now()}`;
  const { ticket } = await waiting(name);
  const agent = await signIn("emma");
  const boss = await signIn("zhaojing");
  const { agent: emma } = await ask<{ agent: { id: number } }>(agent, "GET", "/me");
  await ask(boss, "POST", `/tickets/${ticket}/reassign`, { assignee_id: emma.id, reason: "hers" });
  await go(boss, "/supervision");
  const row = boss.getByRole("row", { name: /Emma Clark/ });
  await row.getByRole("button", { name: new RegExp(name) }).click();
  await boss.getByRole("menuitem", { name: "Join" }).click();
  await boss.getByText("joined the conversation").waitFor();
  await boss.getByText("gave it to Emma Clark: hers").waitFor();
});

test("the teams stand beside each other, and who leads sets what is expected", async () => {
  for (const [language, size] of [
    ["zh", { width: 1280, height: 800 }],
    ["en", { width: 1920, height: 1080 }],
  ] as const) {
    const page = await signIn("zhaojing", { language, ...size });
    await go(page, "/teams");
    await page.locator("canvas").first().waitFor();
    await page.getByRole("button", { name: "International" }).click();
    await page.getByRole("row", { name: /Emma Clark/ }).waitFor();
    expect(await page.getByRole("row", { name: /李敏/ }).count()).toBe(0);
    expect(await faults(page)).toEqual([]);
  }
  const page = await signIn("zhaojing");
  await go(page, "/admin/measures");
  const row = page.getByRole("row", { name: /Within three rings/ }).first();
  await row.getByRole("spinbutton", { name: /Target/ }).fill("85");
  await row.getByRole("button", { name: "Save" }).click();
  await expect.poll(async () => (await ask<{ marks: { measure: string; target: number }[] }>(page, "GET", "/standards")).marks.find((m) => m.measure === "three_rings")?.target).toBe(85);
  await page.getByLabel("Short abandon: less than, seconds").fill("8");
  await page.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect.poll(async () => (await ask<{ short_abandon_s: number }>(page, "GET", "/measure-settings")).short_abandon_s).toBe(8);
  expect(await faults(page)).toEqual([]);
});

test("what is told to everybody stands on each desk until it is read", async () => {
  const text = `The line is down ${Date.now()}`;
  const agent = await signIn("limin", { language: "zh" });
  const boss = await signIn("thomas");
  await go(boss, "/supervision");
  await boss.getByRole("button", { name: "Tell everybody" }).click();
  await boss.getByLabel("What everybody should know").fill(text);
  await boss.getByRole("dialog").getByRole("button", { name: "Tell", exact: true }).click();
  const notice = agent.getByRole("status").filter({ hasText: text });
  await notice.waitFor();
  await notice.getByRole("button", { name: "已阅" }).click();
  await notice.waitFor({ state: "detached" });
  await boss.getByRole("dialog").getByText(text).waitFor();
  expect(await faults(boss)).toEqual([]);
});

test("a wall of 1920 by 1080 shows everything without scrolling", async () => {
  for (const language of ["zh", "en"] as const) {
    const page = await signIn("zhaojing", { language, width: 1920, height: 1080 });
    await go(page, "/wall");
    await page.locator("canvas").first().waitFor();
    const fits = await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth);
    expect(fits).toBe(true);
    expect(await page.evaluate(() => document.documentElement.dataset.look)).toBe("dark");
    expect(await faults(page)).toEqual([]);
  }
});

test("an agent sees her own standards, and no page of who leads", async () => {
  const page = await signIn("limin");
  await go(page, "/standards");
  await page.getByRole("heading", { name: "Within three rings" }).waitFor();
  expect(await faults(page)).toEqual([]);
  await go(page, "/supervision");
  await page.getByText("This page is for supervisors.").waitFor();
});
