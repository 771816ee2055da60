import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { ask, contact, faults, go, openTicket, ownQueue, row, signIn, visit } from "./desk.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

/** Two tickets of one customer, in a queue of their own. */
async function twins(page: Page, queue: number, subject: string): Promise<[number, number]> {
  const who = { contact: { name: subject, email: `${subject.toLowerCase().replace(/[^a-z0-9]+/g, ".")}@customer.example` } };
  const first = await contact(page, queue, subject, "It shakes.", who);
  const second = await contact(page, queue, `Re: ${subject}`, "It still shakes.", who);
  return [first.id, second.id];
}

test("what is asked twice is made one with one click", async () => {
  const subject = unique("Spindle shakes");
  const q = await ownQueue(unique("Twins"));
  const page = await signIn("limin");
  const [first] = await twins(page, q.id, subject);
  await go(page, q.path);
  await openTicket(page, `Re: ${subject}`);
  await page.getByRole("button", { name: "Merge into it" }).click();
  await page.waitForURL(new RegExp(`/${first}(\\?|$)`));
  await page.locator('article[data-direction="in"]', { hasText: "It still shakes." }).waitFor();
  await page.getByText(/merged ticket/).waitFor();
  await expect.poll(() => row(page, `Re: ${subject}`).count()).toBe(0);
});

test("tickets are chosen by keys and changed together; one that refuses is told", async () => {
  const subject = unique("Many");
  const q = await ownQueue(subject);
  const page = await signIn("limin");
  for (const n of ["one", "two", "three"]) await contact(page, q.id, `${subject} ${n}`, "x");
  await go(page, q.path);
  await row(page, `${subject} one`).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  const bar = page.getByRole("toolbar");
  await bar.getByText("3 chosen").waitFor();
  await bar.getByRole("button", { name: /^Priority/ }).click();
  await page.getByRole("menuitem", { name: "Urgent" }).click();
  await page.getByText("Done with 3 tickets").waitFor();
  await bar.waitFor({ state: "detached" });
  await expect.poll(async () => (await ask<{ items: { priority: number }[] }>(page, "GET", `/tickets?queue=${q.id}`)).items.map((t) => t.priority)).toEqual([1, 1, 1]);
});

test("a view is saved, counted, and follows what happens", async () => {
  const subject = unique("Viewed");
  const q = await ownQueue(subject);
  const page = await signIn("limin");
  await contact(page, q.id, `${subject} a`, "x", { tags: [subject] });
  await page.getByRole("button", { name: "Save a view" }).click();
  const form = page.getByRole("dialog", { name: "Save a view" });
  await form.getByLabel("Name", { exact: true }).fill(subject);
  await form.getByLabel("Words in the subject").fill(subject);
  await form.getByRole("button", { name: "Save" }).click();
  const item = page.locator('nav a[href^="/box/view-"]', { hasText: subject });
  await row(page, `${subject} a`).waitFor();
  await expect.poll(() => item.innerText()).toContain("1");
  await contact(page, q.id, `${subject} b`, "x");
  await row(page, `${subject} b`).waitFor();
  await expect.poll(() => item.innerText()).toContain("2");
});

test("a macro comes with a slash, speaks to the customer by his name, and changes the ticket", async () => {
  const subject = unique("Macro");
  const q = await ownQueue(subject);
  const page = await signIn("limin");
  await ask(page, "POST", "/macros", { name: subject, share: "me", direction: "out", text: "Dear {{customer.name}}, about {{ticket.number}}:", deed: { add_tags: ["asked"] } });
  const made = await contact(page, q.id, subject, "x");
  await go(page, q.path);
  await openTicket(page, subject);
  await page.keyboard.press("r");
  const text = page.getByRole("textbox", { name: "Text of the reply" });
  await text.waitFor();
  await page.keyboard.press("/");
  await page.getByRole("textbox", { name: "Find a macro" }).fill(subject);
  await page.keyboard.press("Enter");
  await expect.poll(() => text.inputValue()).toBe(`Dear ${subject}, about ${made.number}:`);
  await page.getByRole("button", { name: "Remove the tag asked" }).waitFor();
});

test("a macro is found by the search too, and its words wait in the composer", async () => {
  const subject = unique("Palette");
  const q = await ownQueue(subject);
  const page = await signIn("limin");
  await ask(page, "POST", "/macros", { name: subject, share: "me", direction: "out", text: "We look into {{ticket.number}}.", deed: {} });
  const made = await contact(page, q.id, `About ${subject}`, "x");
  await go(page, q.path);
  await openTicket(page, `About ${subject}`);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).fill(subject);
  await page.getByRole("option", { name: /Macro, used on this ticket/ }).click();
  await expect.poll(() => page.getByRole("textbox", { name: "Text of the reply" }).inputValue()).toBe(`We look into ${made.number}.`);
});

test("a secret link shows the customer the ticket until it is ended", async () => {
  const subject = unique("Secret");
  const q = await ownQueue(subject);
  const page = await signIn("limin");
  await contact(page, q.id, subject, "It rattles at night.");
  await go(page, q.path);
  await openTicket(page, subject);
  const links = page.getByRole("region", { name: "Link for the customer" });
  await links.getByRole("button", { name: "Copy secret link" }).click();
  const url = await links.getByRole("textbox", { name: "Secret link" }).inputValue();
  const customer = await visit();
  await customer.goto(new URL(new URL(url).pathname, page.url()).href);
  await customer.getByText("It rattles at night.").waitFor();
  await links.getByText("Links that hold").click();
  expect(await faults(page)).toEqual([]);
  await links.getByRole("button", { name: "End it now" }).click();
  await links.getByText("No link holds.").waitFor();
  await customer.reload();
  await customer.getByText("It rattles at night.").waitFor({ state: "detached" });
});

test("colleagues who write a note are warned of each other", async () => {
  const subject = unique("Collision");
  const q = await ownQueue(subject);
  const [page, other] = [await signIn("limin"), await signIn("chenhao")];
  await contact(page, q.id, subject, "x");
  for (const p of [page, other]) {
    await go(p, q.path);
    await openTicket(p, subject);
    await p.keyboard.press("n");
  }
  await page.getByRole("textbox", { name: "Text of the note" }).pressSequentially("I call him");
  await other.getByText(/is writing here too/).waitFor();
});

describe.each((["zh", "en"] as const).flatMap((language) => [1440, 1280, 1024].map((width) => ({ language, width }))))("$language at $width px", ({ language, width }) => {
  test("views, fields, macros and tags have no faults that axe finds", async () => {
    const page = await signIn("admin", { language, width });
    for (const path of ["/admin/fields", "/admin/tags", "/macros"]) {
      await go(page, path);
      await page.locator("h1").first().waitFor();
      expect(await faults(page), path).toEqual([]);
    }
  });
});
