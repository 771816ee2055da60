import { expect, inject, test } from "vitest";
import { contact, go, inbox, openTicket, ownQueue, row, signIn, visit } from "./desk.ts";
import { write } from "./mail.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

test("a wrong password is refused in the language of the page, the right one leads where one wanted to go", async () => {
  const page = await visit({ language: "zh" });
  const { url, password } = inject("program");
  await page.goto(`${url}/box/all?state=any`);
  await page.waitForURL(/\/login/);
  await page.fill('input[autocomplete="username"]', "zhaojing");
  await page.fill('input[autocomplete="current-password"]', "wrong-password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText(/密码/).waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("alert").getByText("Login or password is wrong.").waitFor();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.fill('input[autocomplete="current-password"]', password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/box\/all\?state=any/);
});

test("one's own language follows one to any browser", async () => {
  const { url, password } = inject("program");
  async function enter(language: "zh" | "en") {
    const page = await visit({ language });
    await page.goto(`${url}/login`);
    await page.fill('input[autocomplete="username"]', "emma");
    await page.fill('input[autocomplete="current-password"]', password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/box\//);
    return page;
  }
  // Emma's language is English, the browser of the colleague whose place she takes is Chinese.
  const page = await enter("zh");
  await page.getByText("Unassigned").first().waitFor();
  await page.getByRole("button", { name: "Settings" }).click();
  await Promise.all([page.waitForResponse((r) => r.url().endsWith("/me") && r.request().method() === "PATCH"), page.getByRole("menuitem", { name: "中文" }).click()]);
  await page.getByText("未分配").first().waitFor();
  const other = await enter("en");
  await other.getByText("未分配").first().waitFor();
  await other.getByRole("button", { name: "设置" }).click();
  await other.getByRole("menuitem", { name: "English" }).click();
  await other.getByText("Unassigned").first().waitFor();
});

test("one walks, takes, holds, reopens and ends tickets by keys alone", async () => {
  const subjects = [unique("Third"), unique("Second"), unique("First")];
  const page = await signIn("zhaojing");
  const queue = await ownQueue(unique("Keys"));
  await go(page, queue.path);
  for (const subject of subjects) {
    await contact(page, queue.id, subject, "x");
    await row(page, subject).waitFor();
  }
  const heading = page.locator("article h1");
  // Who has not chosen yet opens the first.
  await page.keyboard.press("Enter");
  await heading.getByText(subjects[2] as string).waitFor();
  await page.keyboard.press("Escape");
  await heading.waitFor({ state: "detached" });
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await heading.getByText(subjects[2] as string).waitFor();
  await page.keyboard.press("j");
  await heading.getByText(subjects[1] as string).waitFor();
  await page.keyboard.press("h");
  // What is done leaves the list, and the next one is open.
  await heading.getByText(subjects[0] as string).waitFor();
  await row(page, subjects[1] as string).waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.waitForURL(/\/box\/all/);
  await go(page, queue.path);
  await openTicket(page, subjects[2] as string);
  await page.keyboard.press("e");
  await row(page, subjects[2] as string).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.waitForURL(new RegExp(`${queue.path}$`));
});

test("what a key ended is taken back by a key, and the next ticket is not hit in its place", async () => {
  const subjects = [unique("Waits"), unique("Ends")];
  const page = await signIn("zhaojing");
  const queue = await ownQueue(unique("Takeback"));
  for (const subject of subjects) await contact(page, queue.id, subject, "x");
  await go(page, queue.path);
  const [next, first] = subjects as [string, string];
  await openTicket(page, first);
  const heading = page.locator("article h1");
  // Pressed twice by a hand in a hurry: the second one is for nobody.
  await page.keyboard.press("e");
  await page.keyboard.press("e");
  await heading.getByText(next).waitFor();
  await row(page, first).waitFor({ state: "detached" });
  await page.getByText("is resolved").waitFor();
  await row(page, next).waitFor();
  await page.keyboard.press("Shift+E");
  await heading.getByText(first).waitFor();
  await row(page, first).waitFor();
  await page.getByText("is as it was").waitFor();
  await page.keyboard.press("w");
  await row(page, first).waitFor({ state: "detached" });
  // The message of the first time may still be leaving.
  await page.getByRole("alert").filter({ hasText: "waits for the customer" }).getByRole("button", { name: /Undo/ }).click();
  await row(page, first).waitFor();
  await page.keyboard.press("h");
  await row(page, first).waitFor({ state: "detached" });
  await page.getByText("is on hold").waitFor();
  await page.keyboard.press("z");
  await row(page, first).waitFor();
});

test("who answers a ticket that nobody had has it, and finds it in his work", async () => {
  const subject = unique("Orphan");
  await write({ from: "orphan@customer.example", subject, body: "Is anybody there?" });
  const page = await signIn("zhaojing");
  await go(page, "/box/unassigned");
  await openTicket(page, subject);
  await page.keyboard.press("r");
  await page.keyboard.type("Yes, I am.");
  await page.keyboard.press("Control+Enter");
  await page.locator('article[data-direction="out"]', { hasText: "Yes, I am." }).waitFor();
  await page.getByText("took the ticket").waitFor();
  await row(page, subject).waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await row(page, subject).waitFor();
});

test("letters typed into a field are letters", async () => {
  const subject = unique("Letters");
  await write({ from: "letters@customer.example", subject, body: "x" });
  const page = await signIn("zhaojing");
  await go(page, inbox);
  await openTicket(page, subject);
  await page.keyboard.press("n");
  await page.keyboard.type("jkraeg?/");
  expect(await page.locator("textarea").inputValue()).toBe("jkraeg?/");
  await page.keyboard.press("Control+Enter");
  await page.locator('article[data-direction="note"]', { hasText: "jkraeg?/" }).waitFor();
});

test("a ticket is found by its number, whatever list one looks at", async () => {
  const page = await signIn("zhaojing");
  const queue = await ownQueue(unique("Numbers"));
  const { number } = await contact(page, queue.id, unique("Numbered"), "x");
  await go(page, "/admin/agents");
  await page.keyboard.press("/");
  // Enter before the answer is there means that answer.
  await page.keyboard.type(`#${number}`);
  await page.keyboard.press("Enter");
  await page.locator("article h1", { hasText: "Numbered" }).waitFor();
});

test("one is found by name, and by what one is not ready for", async () => {
  const subject = unique("Findable");
  const name = unique("Quentin");
  await write({ from: `${name} <quentin@findable.example>`, subject, body: "x" });
  const page = await signIn("zhaojing");
  await page.keyboard.press("/");
  const field = page.getByRole("combobox");
  await expect
    .poll(async () => {
      await field.fill("");
      await field.fill(name.slice(0, 9));
      return page.getByRole("option", { name: /Quentin/ }).count();
    })
    .toBeGreaterThan(0);
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /赵静/ }).click();
  await page.getByRole("menuitem", { name: "Not ready" }).click();
  await page.getByRole("button", { name: "Lunch" }).click();
  await page.getByText("Not ready · Lunch").waitFor();
  const other = await signIn("limin");
  await go(other, "/admin/agents");
  await other.getByRole("row", { name: /赵静/ }).getByText("Lunch").waitFor();
});

test("the desk changes its language and its look while it runs", async () => {
  const page = await signIn("zhaojing", { language: "en" });
  await page.getByText("Unassigned").first().waitFor();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("menuitem", { name: "中文" }).click();
  await page.getByText("未分配").first().waitFor();
  await page.getByRole("button", { name: "设置" }).click();
  await page.getByRole("menuitem", { name: "深色" }).click();
  expect(await page.evaluate(() => document.documentElement.dataset.look)).toBe("dark");
});
