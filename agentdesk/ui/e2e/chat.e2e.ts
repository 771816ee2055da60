import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeSource } from "./axe.ts";
import { faults, openTicket, visit } from "./desk.ts";
import { type House, openHouse } from "./house.ts";
import { openShop, type Shop } from "./shop.ts";

// A program of this file's own: it is killed in the midst of a talk.
let house: House;
let shop: Shop;
const site = "machines";
const marked = (text: string) => `${text} ${Math.random().toString(36).slice(2, 8)}`;

beforeAll(async () => {
  house = await openHouse();
  shop = await openShop(() => house.url, () => site);
  const page = await agent();
  const made = await page.request.post(`${house.url}/api/v1/chat-sites`, {
    headers: { Origin: house.url },
    data: {
      key: site,
      name: "Machines",
      origins: [shop.origin],
      colour: "#1f5fbf",
      queue_id: 1,
      title: { zh: "在线客服", en: "Machine support" },
      greeting: { zh: "您好！", en: "Hello! How can we help?" },
      offline: { zh: "请留言。", en: "Leave a message, please." },
      questions: [
        { name: "email", kind: "email", required: true, label: { zh: "邮箱", en: "Email" } },
        { name: "serial", kind: "serial", label: { zh: "序列号", en: "Serial number" } },
      ],
    },
  });
  expect(made.status(), await made.text()).toBe(201);
}, 120_000);
afterAll(async () => {
  shop?.close();
  await house?.close();
});

/** The desk of whoever answers, in a browser of its own. */
async function agent(): Promise<Page> {
  const page = await visit();
  await page.goto(`${house.url}/login`);
  await page.fill('input[autocomplete="username"]', "admin");
  await page.fill('input[autocomplete="current-password"]', house.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/box\//);
  return page;
}

/**
 * The desk of an agent who takes chats, when visitors know it. What the tests before left waiting is closed: it would be
 * offered to the agent, who does not answer it and counts as not ready then.
 */
async function ready(): Promise<Page> {
  const page = await agent();
  const open = await page.request.get(`${house.url}/api/v1/tickets?state=open&limit=100`);
  for (const { id } of ((await open.json()) as { items: { id: number }[] }).items) {
    await page.request.patch(`${house.url}/api/v1/tickets/${id}`, { headers: { Origin: house.url }, data: { state: "resolved" } });
  }
  await become(page, "Ready");
  const config = () => page.request.get(`${house.url}/chat/${site}/config?lang=en`, { headers: { Origin: shop.origin } });
  await expect.poll(async () => ((await (await config()).json()) as { online: boolean }).online).toBe(true);
  return page;
}

/** Says on the desk whether somebody is there for chats. */
async function become(page: Page, state: "Ready" | "Away"): Promise<void> {
  const person = page.getByRole("button", { name: /admin.*(Ready|Not ready|After work|Away)/ });
  await person.click();
  await page.getByRole("menuitem", { name: new RegExp(`^${state}`) }).click();
  await person.filter({ hasText: state }).waitFor();
}

/** The shop's page in a visitor's browser, with the chat's button on it. */
async function shopper(language: "zh" | "en" = "en", width = 1280, height = 800): Promise<Page> {
  const page = await visit({ language, width, height });
  await page.goto(shop.page(language));
  await page.locator(".launcher").waitFor();
  return page;
}

const field = (page: Page, name: string) => page.locator("dialog").getByLabel(name);
const log = (page: Page) => page.locator("dialog [role=log]");
/** What the visitor sees that was said, in order. */
const seen = (page: Page) => log(page).locator("li .bubble").allTextContents();
/** What the agent sees, in order. */
const seenOnDesk = (page: Page) => page.locator('[role="log"] article').allTextContents();

async function begin(page: Page, email: string, text: string): Promise<void> {
  await page.locator(".launcher").click();
  await field(page, "Email").fill(email);
  await field(page, "Your message").fill(text);
  await page.getByRole("button", { name: "Start chat" }).click();
  await log(page).getByText("Sent").waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.locator("dialog").getByLabel("Write a message…").fill(text);
  await page.keyboard.press("Enter");
}

/** The agent finds the chat in the list by its first words and answers. */
async function take(page: Page, first: string): Promise<void> {
  await page.goto(`${house.url}/box/all`);
  await openTicket(page, first);
}

async function answer(page: Page, text: string): Promise<void> {
  await page.keyboard.press("r");
  await page.keyboard.type(text);
  await page.keyboard.press("Control+Enter");
  await page.locator('[role="log"] article[data-direction="out"]', { hasText: text }).waitFor();
}

test("visitor and agent talk on a page with a strict policy, through reloads and a kill, and nothing is lost, doubled or out of order", async () => {
  const desk = await ready();
  const visitor = await shopper();
  const first = marked("Spindle");
  await begin(visitor, "wang@customer.example", first);
  await take(desk, first);
  await answer(desk, "Good morning, what is it?");
  await log(visitor).getByText("Good morning, what is it?").waitFor();
  await visitor.locator("dialog header").getByText("With admin").waitFor();

  await say(visitor, "one");
  await desk.locator('[role="log"] article', { hasText: "one" }).waitFor();
  await log(visitor).getByText("Read").waitFor();

  await visitor.reload();
  await log(visitor).getByText("one").waitFor();
  await desk.reload();
  await desk.locator('[role="log"] article', { hasText: "one" }).waitFor();

  await house.kill();
  await visitor.getByText("No connection. What you write is kept and sent later.").waitFor();
  for (const text of ["two", "three", "four"]) await say(visitor, text);
  // What is not yet sent outlives the page too.
  await visitor.reload({ waitUntil: "commit" }).catch(() => {});
  await house.start();
  await visitor.goto(shop.page("en"));
  await log(visitor).getByText("four").waitFor();
  await say(visitor, "five");
  await expect.poll(() => log(visitor).getByText("Sending…").count()).toBe(0);
  await desk.locator('[role="log"] article', { hasText: "five" }).waitFor();
  await answer(desk, "All five are here.");
  await log(visitor).getByText("All five are here.").waitFor();

  const said = [first, "Good morning, what is it?", "one", "two", "three", "four", "five", "All five are here."];
  expect(await seen(visitor)).toEqual(said);
  const onDesk = (await seenOnDesk(desk)).join("\n");
  let at = -1;
  for (const text of said) {
    const next = onDesk.indexOf(text, at + 1);
    expect(next, `${text} after ${at} in ${onDesk}`).toBeGreaterThan(at);
    at = next;
  }
  expect(await desk.locator('[role="log"] article[data-direction="in"]').count()).toBe(6);
});

test("the agent sees that the visitor writes, and that he stopped", async () => {
  const desk = await ready();
  const visitor = await shopper();
  const first = marked("Chuck");
  await begin(visitor, "sun@customer.example", first);
  await take(desk, first);
  await answer(desk, "Yes?");
  await visitor.locator("dialog").getByLabel("Write a message…").pressSequentially("It is");
  const writes = desk.getByRole("status").filter({ hasText: "is writing…" });
  await writes.waitFor();
  await visitor.locator("dialog").getByLabel("Write a message…").fill("");
  await writes.waitFor({ state: "detached" });
});

test("files go both ways: by the button, by pasting, and as pictures", async () => {
  const desk = await ready();
  const visitor = await shopper();
  const first = marked("Picture");
  await begin(visitor, "li@customer.example", first);
  const picture = await visitor.screenshot({ clip: { x: 0, y: 0, width: 120, height: 80 } });
  await visitor.locator('dialog input[type="file"]').setInputFiles([
    { name: "machine.png", mimeType: "image/png", buffer: picture },
    { name: "program.exe", mimeType: "application/octet-stream", buffer: Buffer.from("MZ\u0000\u0001") },
  ]);
  await visitor.locator("dialog").getByRole("alert").getByText("program.exe was not sent.").waitFor();
  await visitor.locator('.upload[aria-busy="false"]', { hasText: "machine.png" }).waitFor();
  await say(visitor, "This one");
  const shown = log(visitor).getByRole("img", { name: /^machine\.png/ });
  await shown.waitFor();
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(120);
  await take(desk, first);
  await desk.locator('[role="log"] article', { hasText: "machine.png" }).waitFor();
});

test("an answer to a closed panel is counted on its button, on the next page too", async () => {
  const desk = await ready();
  const visitor = await shopper();
  const first = marked("Closed");
  await begin(visitor, "zhao@customer.example", first);
  await take(desk, first);
  await visitor.keyboard.press("Escape");
  await visitor.locator("dialog").waitFor({ state: "detached" });
  expect(await visitor.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className)).toBe("launcher");
  await answer(desk, "Look at this");
  await visitor.getByRole("button", { name: "Chat with us, 1 unread message" }).waitFor();
  await visitor.goto(shop.page("en"));
  await visitor.getByRole("button", { name: "Chat with us, 1 unread message" }).click();
  await log(visitor).getByText("Look at this").waitFor();
  await visitor.getByRole("button", { name: "Close the chat window" }).first().click();
  await visitor.getByRole("button", { name: "Chat with us", exact: true }).waitFor();
});

/** A time as a field for it takes it: on this machine's clock, to the minute. */
const onClock = (at: Date) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

test("a visitor who waits sees his place, and is called instead when he says where and when", async () => {
  const desk = await ready();
  const visitor = await shopper();
  const first = marked("Waiting");
  await begin(visitor, "sun@customer.example", first);
  await visitor.locator("dialog").getByText(/You are (next|number \d+ in the queue)/).waitFor();
  await visitor.getByRole("button", { name: "Be called back" }).click();
  await visitor.getByRole("button", { name: "Be called back" }).click();
  await visitor.locator("dialog").getByText("Please fill this in").waitFor();
  await field(visitor, "Phone number").fill("+49 170 1234567");
  // A time that is over is refused at its field, and what was written stays.
  await field(visitor, "When to call").fill("2001-02-03T04:05");
  await visitor.getByRole("button", { name: "Be called back" }).click();
  await visitor.locator("#ewhen").waitFor();
  expect(await field(visitor, "When to call").inputValue()).toBe("2001-02-03T04:05");
  const wanted = new Date(Date.now() + 3 * 3_600_000);
  await field(visitor, "When to call").fill(onClock(wanted));
  await visitor.getByRole("button", { name: "Be called back" }).click();
  await visitor.locator("dialog header").getByText("We will call you back").waitFor();
  // On the desk it waits as a call, with the number and the time.
  await take(desk, first);
  await desk.getByRole("link", { name: "+491701234567" }).waitFor();
  await desk.getByText(/wanted at/).waitFor();
});

test("who ends the chat can keep a copy and begin anew", async () => {
  const desk = await ready();
  const visitor = await shopper();
  const first = marked("Ending");
  await begin(visitor, "qian@customer.example", first);
  await visitor.getByRole("button", { name: "End chat" }).click();
  await visitor.getByRole("button", { name: "End chat" }).last().click();
  await visitor.locator("dialog header").getByText("Chat ended").waitFor();
  const [saved] = await Promise.all([visitor.waitForEvent("download"), visitor.getByRole("button", { name: "Save a copy" }).click()]);
  expect(saved.suggestedFilename()).toBe("chat.txt");
  await visitor.getByRole("button", { name: "New chat" }).click();
  await field(visitor, "Email").fill("qian@customer.example");
  const second = marked("Again");
  await field(visitor, "Your message").fill(second);
  await visitor.getByRole("button", { name: "Start chat" }).click();
  await log(visitor).getByText(second).waitFor();
  await take(desk, second);
});

test("a page of another origin than the site's shows no chat", async () => {
  const foreign = await openShop(() => house.url, () => site);
  const visitor = await visit();
  const refused = visitor.waitForEvent("console", (m) => m.text().includes("the chat is not shown"));
  await visitor.goto(foreign.page("en"));
  await refused;
  expect(await visitor.locator(".launcher").count()).toBe(0);
  foreign.close();
});

/** What axe finds in the page with the chat on it; the page's own policy lets its program in by the debugger only. */
async function wrong(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return faults(page);
}

for (const language of ["en", "zh"] as const) {
  const words = language === "en" ? { write: "Write a message…", start: "Start chat", email: "Email", ask: "Your message" } : { write: "请输入消息…", start: "开始对话", email: "邮箱", ask: "您的问题" };
  test(`the chat is usable at 320 pixels and by everybody, ${language}`, async () => {
    const desk = await ready();
    const visitor = await shopper(language, 320, 568);
    expect(await wrong(visitor)).toEqual([]);
    await visitor.locator(".launcher").press("Enter");
    expect(await visitor.locator("dialog").boundingBox()).toEqual({ x: 0, y: 0, width: 320, height: 568 });
    await visitor.getByRole("button", { name: words.start }).press("Enter");
    // What is missing is said at its field, which has the cursor.
    expect(await field(visitor, words.email).evaluate((el) => (el.getRootNode() as ShadowRoot).activeElement === el)).toBe(true);
    expect(await wrong(visitor)).toEqual([]);
    await visitor.keyboard.type("wu@customer.example");
    const first = marked("Narrow");
    await field(visitor, words.ask).fill(first);
    await visitor.getByRole("button", { name: words.start }).press("Enter");
    await log(visitor).getByText(first).waitFor();
    await field(visitor, words.write).fill("a word that is muchlongerthanthescreeniswide".repeat(3));
    await visitor.keyboard.press("Enter");
    await take(desk, first);
    await answer(desk, "https://docs.machines.example/a/very/long/address/that/has/no/place/to/break/in/it");
    await log(visitor).getByRole("link").waitFor();
    expect(await wrong(visitor)).toEqual([]);
    expect(await visitor.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    expect(await log(visitor).evaluate((el) => el.scrollWidth - el.clientWidth)).toBe(0);
  });
}

test("where nobody is there the visitor leaves a message, and it is a ticket", async () => {
  const desk = await agent();
  await become(desk, "Away");
  const visitor = await shopper();
  // Who is there is read anew every few seconds.
  await expect
    .poll(async () => {
      await visitor.goto(shop.page("en"));
      await visitor.locator(".launcher").waitFor();
      if (!(await visitor.locator("dialog").count())) await visitor.locator(".launcher").click();
      return visitor.locator("dialog").getByText("Leave a message, please.").count();
    })
    .toBe(1);
  await field(visitor, "Email").fill("zhou@customer.example");
  const text = marked("Nobody");
  await field(visitor, "Your message").fill(text);
  await visitor.getByRole("button", { name: "Send message" }).click();
  await visitor.locator("dialog header").getByText("We have your message").waitFor();
  await take(desk, text);
});
