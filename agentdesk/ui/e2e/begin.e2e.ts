import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { ask, faults, go, inbox, openTicket, signIn } from "./desk.ts";
import { header, posted, write } from "./mail.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

const looks = (["zh", "en"] as const).flatMap((language) => (["light", "dark"] as const).map((look) => ({ language, look })));

/** Chooses the customer of a new ticket by what is typed; "new" takes it for somebody new. */
async function choose(page: Page, typed: string, name: string | RegExp): Promise<void> {
  const who = page.getByRole("combobox", { name: "Customer" });
  await who.fill(typed);
  await page.locator(".ant-select-item-option", { hasText: name }).first().click();
}

/** The form in the customer's place. */
const edit = (page: Page) => page.getByRole("region", { name: "Edit the customer" });

test("a call is taken down by keys, of somebody who is found by number", async () => {
  const page = await signIn("limin");
  const subject = unique("Spindle alarm");
  const number = `138${String(Date.now()).slice(-8)}`;
  await ask(page, "POST", "/tickets", { subject: unique("Before"), channel: "phone", text: "x", contact: { name: "Caller Chang", phone: number } });
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "New ticket" });
  await dialog.waitFor();
  await page.getByRole("combobox", { name: "Customer" }).fill(number);
  await page.locator(".ant-select-item-option", { hasText: "Caller Chang" }).waitFor();
  await page.keyboard.press("Enter");
  await dialog.getByText(`+86${number}`).waitFor();
  // Who was chosen by a key goes on writing by keys.
  await expect.poll(() => dialog.getByLabel("Subject").evaluate((el) => el === document.activeElement)).toBe(true);
  await page.keyboard.type(subject);
  await dialog.getByLabel("What was said").fill("He hears it above 8000.");
  await page.keyboard.press("Control+Enter");
  await page.locator("article h1", { hasText: subject }).waitFor();
  await page.locator('article[data-direction="in"]', { hasText: "He hears it above 8000." }).waitFor();
  await page.getByRole("complementary").getByRole("heading", { name: "Caller Chang" }).waitFor();
  // It is mine.
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.locator("li[data-ticket]", { hasText: subject }).waitFor();
});

test("a mail to somebody new begins a thread, and the answer joins it", async () => {
  const page = await signIn("limin");
  const subject = unique("Service is due");
  const email = `${unique("due").replace(" ", "-")}@customer.example`;
  await page.getByRole("button", { name: "New ticket" }).click();
  const dialog = page.getByRole("dialog", { name: "New ticket" });
  await dialog.getByRole("radio", { name: /Write a mail/ }).click();
  await choose(page, email, "New contact");
  expect(await dialog.getByLabel("Email").inputValue()).toBe(email);
  await dialog.getByLabel("Name").fill("Dora Due");
  await dialog.getByLabel("Subject").fill(subject);
  await dialog.getByLabel("Text of the mail").fill("Shall we come on Monday?");
  await page.keyboard.press("Control+Enter");
  await page.locator("article h1", { hasText: subject }).waitFor();
  await page.locator('article[data-direction="out"]', { hasText: "Shall we come on Monday?" }).waitFor();
  const source = await posted(subject);
  expect(header(source, "Subject")).toMatch(new RegExp(`^${subject}`));
  expect(header(source, "To")).toContain(email);
  expect(header(source, "In-Reply-To")).toBe("");
  await write({ from: `Dora Due <${email}>`, subject: `Re: ${subject}`, body: "Monday is fine.", headers: { "In-Reply-To": header(source, "Message-ID") } });
  await page.locator('article[data-direction="in"]', { hasText: "Monday is fine." }).waitFor();
});

test("what is wrong is said at its field, and nothing written is lost by a slip", async () => {
  const page = await signIn("limin");
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "New ticket" });
  await dialog.getByLabel("Subject").fill("Kept");
  await dialog.getByLabel("What was said").fill("Kept too");
  await page.keyboard.press("Control+Enter");
  await dialog.getByRole("alert").getByText("Choose the customer first").waitFor();
  await choose(page, "12", "New contact");
  await dialog.getByRole("textbox", { name: "Phone" }).fill("12");
  await page.keyboard.press("Control+Enter");
  await dialog.getByText("is not a phone number").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).last().click();
  expect(await dialog.getByLabel("What was said").inputValue()).toBe("Kept too");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Discard" }).click();
  await dialog.waitFor({ state: "detached" });
});

test("a customer is edited; an address that is somebody else's says whose and leads to him", async () => {
  const subject = unique("Edit me");
  const mark = Date.now().toString(36);
  await write({ from: `Ernest <ernest.${mark}@customer.example>`, subject, body: "x" });
  await write({ from: `Other Person <other.${mark}@customer.example>`, subject: unique("Other"), body: "x" });
  const page = await signIn("zhaojing");
  await go(page, inbox);
  await openTicket(page, subject);
  await page.keyboard.press("Shift+I");
  const form = page.getByRole("region", { name: "Edit the customer" });
  await form.getByLabel("Name").fill("Ernest Edited");
  await form.getByLabel("Account").fill(`Works ${mark}`);
  await form.getByText("This account will be made.").waitFor();
  await form.getByLabel("Note").fill("Likes the phone");
  await form.getByRole("button", { name: "Add an address" }).click();
  await form.getByLabel("Address or number").fill("nonsense");
  await page.keyboard.press("Control+Enter");
  await form.getByText("is not a phone number").waitFor();
  await form.getByLabel("Address or number").fill(`139${String(Date.now()).slice(-8)}`);
  await page.keyboard.press("Control+Enter");
  const panel = page.getByRole("complementary");
  await panel.getByRole("heading", { name: "Ernest Edited" }).waitFor();
  await panel.getByText(`Works ${mark}`).first().waitFor();
  await panel.getByText("Likes the phone").waitFor();
  await panel.getByText(/\+86139/).waitFor();

  await page.getByRole("button", { name: "Edit the customer" }).click();
  await form.getByRole("button", { name: "Remove +86139" }).click();
  await form.getByRole("button", { name: "Add an address" }).click();
  await form.getByLabel("Address or number").fill(`OTHER.${mark}@customer.example`);
  await form.getByLabel("Kind").click();
  await page.locator(".ant-select-item-option", { hasText: "Email" }).click();
  await page.locator(".ant-select-dropdown").waitFor({ state: "hidden" });
  await page.keyboard.press("Control+Enter");
  await form.getByRole("alert").getByText("belongs to Other Person").waitFor();
  expect(await faults(page)).toEqual([]);
  await form.getByRole("button", { name: "Open Other Person" }).click();
  await page.waitForURL(/\/box\/contact-\d+/);
});

test("two who edit one customer do not overwrite each other", async () => {
  const subject = unique("Both");
  await write({ from: `Bo <${unique("bo").replace(" ", "-")}@customer.example>`, subject, body: "x" });
  const [one, two] = [await signIn("zhaojing"), await signIn("thomas", { language: "en" })];
  for (const page of [one, two]) {
    await go(page, inbox);
    await openTicket(page, subject);
    await page.keyboard.press("Shift+I");
  }
  await edit(two).getByLabel("Name").fill("Bo by Thomas");
  await edit(one).getByLabel("Name").fill("Bo by Zhao");
  await edit(one).getByLabel("Note").fill("calls back");
  await one.keyboard.press("Control+Enter");
  await one.getByRole("heading", { name: "Bo by Zhao" }).waitFor();
  // What the other did not touch comes in by itself; what both changed is asked about.
  await edit(two).getByText("A colleague has changed this too:").waitFor();
  expect(await edit(two).getByLabel("Note").inputValue()).toBe("calls back");
  expect(await edit(two).getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  expect(await faults(two)).toEqual([]);
  await edit(two).getByRole("button", { name: "Keep mine" }).click();
  await two.keyboard.press("Control+Enter");
  await one.getByRole("heading", { name: "Bo by Thomas" }).waitFor();
  await one.locator("li[data-ticket]", { hasText: subject }).getByText("Bo by Thomas").waitFor();
  await one.getByText("calls back").waitFor();
});

describe.each(looks)("in $language, $look", (look) => {
  test("the new ticket and the edited customer have no faults", async () => {
    const subject = unique(`Form ${look.language} ${look.look}`);
    await write({ from: "Emily Carter <emily@northwind.example>", subject, body: "x" });
    const page = await signIn("zhaojing", look);
    await go(page, inbox);
    await openTicket(page, subject);
    await page.keyboard.press("Shift+I");
    await page.locator("aside fieldset").waitFor();
    await page.locator("aside fieldset button").last().click();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("c");
    await page.getByRole("dialog").locator("textarea").waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("radio").last().click();
    await page.locator("#begin-who").fill("emily");
    await page.locator(".ant-select-item-option", { hasText: "Emily Carter" }).click();
    expect(await faults(page)).toEqual([]);
  });
});
