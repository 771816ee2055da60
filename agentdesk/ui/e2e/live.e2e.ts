import type { Page, WebSocketRoute } from "playwright-core";
import { expect, test } from "vitest";
import { contact, fill, go, inbox, openTicket, ownQueue, row, signIn } from "./desk.ts";
import { write } from "./mail.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const emily = "Emily Carter <emily@northwind.example>";

/** A desk whose line can be cut and held down. */
async function cuttable(page: Page) {
  let down = false;
  const lines = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/ws\/desk/, (ws) => {
    if (down) {
      void ws.close();
      return;
    }
    lines.add(ws);
    ws.connectToServer();
  });
  return {
    async cut() {
      down = true;
      for (const l of lines) await l.close();
      lines.clear();
    },
    mend() {
      down = false;
    },
  };
}

test("two at one ticket see each other, and one is warned before he answers over the other's head", async () => {
  const subject = unique("Together");
  const first = await write({ from: emily, subject, body: "Anybody there?" });
  const zhao = await signIn("zhaojing");
  await go(zhao, inbox);
  await openTicket(zhao, subject);
  const li = await signIn("limin");
  await go(li, inbox);
  await openTicket(li, subject);
  await zhao.getByText("李敏 is looking at this ticket").first().waitFor({ state: "attached" });
  await li.getByText("赵静 is looking at this ticket").first().waitFor({ state: "attached" });

  await li.keyboard.press("r");
  await li.keyboard.type("We are on it.");
  await zhao.getByText("李敏 is writing…").waitFor();
  await zhao.keyboard.press("r");
  await zhao.keyboard.type("My answer.");
  await li.keyboard.press("Control+Enter");
  await zhao.getByText("1 new message since you began.").waitFor();
  await zhao.keyboard.press("Control+Enter");
  await zhao.getByRole("button", { name: "Send anyway" }).waitFor();
  expect(await zhao.locator('article[data-direction="out"]', { hasText: "My answer." }).count()).toBe(0);
  await zhao.getByRole("button", { name: "Send anyway" }).click();
  await zhao.locator('article[data-direction="out"]', { hasText: "My answer." }).waitFor();
  await li.locator('article[data-direction="out"]', { hasText: "My answer." }).waitFor();
  expect(first).toContain("@");
});

test("one who writes hears that a colleague ended the ticket or took it", async () => {
  const subject = unique("Ended");
  await write({ from: emily, subject, body: "Still there?" });
  const zhao = await signIn("zhaojing");
  await go(zhao, inbox);
  await openTicket(zhao, subject);
  await zhao.keyboard.press("r");
  await zhao.keyboard.type("I shall look into");
  const li = await signIn("limin");
  await go(li, inbox);
  await openTicket(li, subject);
  await li.keyboard.press("a");
  const told = zhao.getByRole("alert").filter({ hasText: "While you write:" });
  await told.getByText("took the ticket").waitFor();
  await li.getByRole("button", { name: "Resolve" }).click();
  await told.getByText("set the state to Resolved").waitFor();
  await told.getByRole("button", { name: "Got it" }).click();
  await told.waitFor({ state: "detached" });
  expect(await zhao.locator("textarea").inputValue()).toBe("I shall look into");
});

test("who was shown the news may send", async () => {
  const subject = unique("News");
  const first = await write({ from: emily, subject, body: "One." });
  const page = await signIn("zhaojing");
  await go(page, inbox);
  await openTicket(page, subject);
  await page.keyboard.press("r");
  await page.keyboard.type("Answer to both.");
  await write({ from: emily, subject: `Re: ${subject}`, body: "Two.", headers: { "In-Reply-To": first } });
  await page.getByText("1 new message since you began.").waitFor();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("1 new message since you began.").waitFor({ state: "detached" });
  await page.locator("textarea").focus();
  await page.keyboard.press("Control+Enter");
  await page.locator('article[data-direction="out"]', { hasText: "Answer to both." }).waitFor();
});

test("what was written is there again after a reload, and on another desk of the same person", async () => {
  const subject = unique("Draft");
  await write({ from: emily, subject, body: "Hello." });
  const page = await signIn("zhaojing");
  await go(page, inbox);
  await openTicket(page, subject);
  await page.keyboard.press("r");
  await page.keyboard.type("Half a sentence");
  await page.getByText("Draft saved").waitFor();
  await page.reload();
  await expect.poll(() => page.locator("textarea").inputValue()).toBe("Half a sentence");
  const other = await signIn("zhaojing");
  await go(other, inbox);
  await openTicket(other, subject);
  await expect.poll(() => other.locator("textarea").inputValue()).toBe("Half a sentence");
});

test("a lost line says so, keeps what is written, and misses nothing when it stands again", async () => {
  const subject = unique("Line");
  const first = await write({ from: emily, subject, body: "Before." });
  const page = await signIn("zhaojing");
  const line = await cuttable(page);
  await go(page, inbox);
  await openTicket(page, subject);
  await line.cut();
  await page.getByText("The line to the server is lost.").waitFor();

  const meanwhile = unique("Meanwhile");
  await write({ from: emily, subject: `Re: ${subject}`, body: meanwhile, headers: { "In-Reply-To": first } });
  const fresh = unique("Fresh");
  await write({ from: "new@customer.example", subject: fresh, body: "New." });
  await page.keyboard.press("r");
  await page.context().setOffline(true);
  await page.keyboard.type("Written in the dark");
  await page.getByText("Draft kept in this browser").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("The text is kept").waitFor();

  await page.context().setOffline(false);
  line.mend();
  // The network that came back is noticed; nobody has to do anything.
  await page.locator('article[data-direction="in"]', { hasText: meanwhile }).waitFor();
  await row(page, fresh).waitFor();
  await page.getByText("The line to the server is lost.").waitFor({ state: "detached" });
  await page.getByText("Draft saved").waitFor();
  expect(await page.locator('article[data-direction="in"]', { hasText: meanwhile }).count()).toBe(1);
  expect(await page.locator("textarea").inputValue()).toBe("Written in the dark");
});

test("new rows are seen at once at the top of a list, wherever the pointer rests and whatever is open", async () => {
  const queue = await ownQueue(unique("Short"));
  const page = await signIn("zhaojing");
  const first = unique("First");
  await contact(page, queue.id, first, "x");
  await go(page, queue.path);
  await openTicket(page, first);
  const subject = unique("Above");
  await contact(page, queue.id, subject, "New.");
  await row(page, subject).waitFor();
  const [above, below] = await Promise.all([row(page, subject).boundingBox(), row(page, first).boundingBox()]);
  expect(above && below && above.y + above.height).toBe(below?.y);
  expect(await page.locator("section header").first().isVisible()).toBe(true);
  expect(await page.getByText("1 new", { exact: true }).count()).toBe(0);
});

test("a list that was scrolled down stands still while rows come in above, and counts them until they are seen", async () => {
  const queue = await ownQueue(unique("Still"));
  const page = await signIn("zhaojing", { height: 600 });
  await fill(page, queue.id, Array.from({ length: 20 }, () => unique("Filling")));
  await go(page, queue.path);
  const rows = page.locator("li[data-ticket]");
  await rows.first().waitFor();
  const scroller = page.locator('section[aria-label="Tickets"] > div');
  await scroller.evaluate((el) => el.scrollTo(0, 370));
  await expect.poll(() => scroller.evaluate((el) => el.scrollTop)).toBe(370);
  // The virtual list draws what is in the window and somewhat around it.
  const target = await scroller.evaluate((el) => {
    const top = el.getBoundingClientRect().top;
    const seen = [...el.querySelectorAll<HTMLElement>("li[data-ticket]")].filter((li) => li.getBoundingClientRect().top >= top);
    return seen.toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[1]?.dataset.ticket;
  });
  const place = async () => (await page.locator(`li[data-ticket="${target}"]`).boundingBox())?.y;
  const was = await place();
  await contact(page, queue.id, unique("Above"), "New.");
  await page.getByText("1 new", { exact: true }).waitFor();
  const subject = unique("Top");
  await contact(page, queue.id, subject, "New.");
  await page.getByText("2 new", { exact: true }).waitFor();
  expect(await place()).toBe(was);
  await scroller.evaluate((el) => el.scrollTo(0, 0));
  await row(page, subject).waitFor();
  await page.getByText("2 new", { exact: true }).waitFor({ state: "detached" });
});

test("a reader of old messages is not moved by a new one", async () => {
  const subject = unique("Long");
  const first = await write({ from: emily, subject, body: "Line\n".repeat(80) });
  const page = await signIn("zhaojing");
  await go(page, inbox);
  await openTicket(page, subject);
  await write({ from: emily, subject: `Re: ${subject}`, body: "Other\n".repeat(80), headers: { "In-Reply-To": first } });
  await page.locator("article", { hasText: "Other" }).last().waitFor();
  const log = page.locator('[role="log"]');
  await log.evaluate((el) => el.scrollTo(0, 0));
  await expect.poll(() => log.evaluate((el) => el.scrollTop)).toBe(0);
  await write({ from: emily, subject: `Re: ${subject}`, body: "Third.", headers: { "In-Reply-To": first } });
  await page.getByText("1 new message", { exact: true }).waitFor();
  expect(await log.evaluate((el) => el.scrollTop)).toBe(0);
  await page.getByText("1 new message", { exact: true }).click();
  await page.locator("article", { hasText: "Third." }).last().waitFor();
});
