import { axeSource } from "./axe.ts";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

let browser: Browser;
const open: BrowserContext[] = [];
const troubles: string[] = [];

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Where no locale is set, Chromium calls a file with a Chinese name "download".
    env: { ...process.env, LC_ALL: "C.UTF-8" },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
afterEach(async ({ task }) => {
  for (const c of open.splice(0)) {
    if (task.result?.state === "fail") await picture(c, task.name);
    await c.close();
  }
  expect(troubles.splice(0)).toEqual([]);
});
afterAll(() => browser.close());

/** Keeps what the pages of a test that failed showed, for whoever looks into it. */
async function picture(of: BrowserContext, test: string): Promise<void> {
  for (const [i, page] of of.pages().entries()) {
    const path = `e2e/failed/${test.replaceAll(/\W+/g, "-")}-${Date.now()}-${i}.png`;
    await page.screenshot({ path, timeout: 5_000 }).then(
      () => console.log(`${page.url()} looked like ${path}`),
      (e: unknown) => console.log(`no picture of ${page.url()}: ${e}`),
    );
  }
}

export interface Look {
  language?: "zh" | "en";
  look?: "light" | "dark";
  width?: number;
  height?: number;
}

/** A browser of its own, as on another desk. An error of its page, or a thing its policy refused, fails the test. */
export async function visit({ language = "en", look = "light", width = 1440, height = 900 }: Look = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", locale: language === "zh" ? "zh-CN" : "en-GB" });
  open.push(context);
  await context.addInitScript(
    ([l, k]) => {
      // The frames of mails have no storage.
      if (window.top !== window) return;
      localStorage.setItem("language", l);
      localStorage.setItem("look", k);
    },
    [language, look] as const,
  );
  const page = await context.newPage();
  page.on("pageerror", (e) => troubles.push(e.message));
  page.on("console", (m) => {
    // In the frame of a mail the policy is meant to refuse.
    const ours = !m.location().url.includes("/messages/");
    if (m.type() === "error" && m.text().includes("Content Security Policy") && ours) troubles.push(m.text());
  });
  return page;
}

/** Somebody of the demo company at the desk, in the language of `look` and not in his own. */
export async function signIn(login: string, look?: Look): Promise<Page> {
  const page = await visit(look);
  const { url, password } = inject("program");
  await page.goto(`${url}/login`);
  // A choice made at the login goes over the person's own; there and back is a choice too.
  const names = look?.language === "zh" ? ["English", "中文"] : ["中文", "English"];
  for (const name of names) await page.getByRole("button", { name }).click();
  await page.fill('input[autocomplete="username"]', login);
  await page.fill('input[autocomplete="current-password"]', password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/box\//);
  return page;
}

/** Goes to a path of the desk and waits until its first list or page is there. */
export async function go(page: Page, path: string): Promise<void> {
  await page.goto(inject("program").url + path);
  await page.locator("main").waitFor();
}

/** Asks the API as whoever is signed in on the page. */
export async function ask<T>(page: Page, method: string, path: string, body?: object): Promise<T> {
  const answer = await page.request.fetch(`${inject("program").url}/api/v1${path}`, {
    method,
    data: body,
    headers: { Origin: inject("program").url },
  });
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  // Some answers have nothing to say.
  return (answer.status() === 204 ? undefined : await answer.json()) as T;
}

/** A queue that nothing else writes into, to look at lists undisturbed; gives its id and its list's path. */
export async function ownQueue(name: string): Promise<{ id: number; path: string }> {
  const admin = await signIn("admin");
  const { id } = await ask<{ id: number }>(admin, "POST", "/queues", { name });
  return { id, path: `/box/queue-${id}` };
}

/** The list of the queue into which mail to the company comes. In those of all tickets what other tests make is in the way. */
export const inbox = "/box/queue-1";

/** Opens a ticket as a form on a web site would. */
export async function contact(page: Page, queue: number, subject: string, text: string, more: object = {}): Promise<{ id: number; number: string }> {
  const email = `${subject.toLowerCase().replace(/[^a-z0-9]+/g, ".")}@customer.example`;
  return ask(page, "POST", "/tickets", { subject, text, channel: "form", queue, contact: { name: subject, email }, ...more });
}

/** Fills the list of a queue. Somebody has the tickets, so that they are not in the way of whoever looks for those of nobody. */
export async function fill(page: Page, queue: number, subjects: string[]): Promise<void> {
  const { agent } = await ask<{ agent: { id: number } }>(page, "GET", "/me");
  for (const subject of subjects) await contact(page, queue, subject, `Text of ${subject}.`, { assignee_id: agent.id });
}

/** The row of a ticket in the list. */
export const row = (page: Page, subject: string) => page.locator("li[data-ticket]", { hasText: subject });

/**
 * Opens a ticket from the list and waits for its timeline. By the key: a click at once after the row has appeared under the
 * pointer would be taken as meant for the row that was there before.
 */
export async function openTicket(page: Page, subject: string): Promise<void> {
  await row(page, subject).getByRole("button").press("Enter");
  await page.locator('[role="log"] article').first().waitFor();
  // What is typed before the ticket is there is kept, but not sent.
  await page.locator('article[aria-busy="false"] h1', { hasText: subject }).waitFor();
}

/** What axe finds wrong on the page, each with where; empty is right. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: (o: object) => Promise<{ violations: Violation[] }> } }).axe;
    return (await axe.run({ resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations;
  });
  return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")} ${n.failureSummary ?? ""}`));
}

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}
