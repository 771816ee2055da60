import { expect, inject, test } from "vitest";
import { go, inbox, openTicket, row, signIn } from "./desk.ts";
import { header, posted, write } from "./mail.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

test("a mail is on the desk by itself, answered without the mouse, and the conversation goes on", async () => {
  const page = await signIn("zhaojing", { language: "zh" });
  await go(page, "/box/unassigned");
  const subject = unique("主轴转速不稳");
  const first = await write({ from: "张工 <zhang@huaxin.example>", subject, body: "您好，主轴异响，请尽快处理。" });
  await row(page, subject).waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type(subject);
  await page.getByRole("option", { name: subject }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator('[role="log"]', { hasText: "主轴异响" }).waitFor();
  // The search has closed and the ticket is there: keys are for it now.
  await page.getByRole("option", { name: subject }).waitFor({ state: "hidden" });
  await page.locator('article[aria-busy="false"] h1', { hasText: subject }).waitFor();
  await page.keyboard.press("a");
  await page.locator('[role="log"]', { hasText: "受理了工单" }).waitFor();
  await page.keyboard.press("r");
  const words = unique("工程师下午到场");
  await page.keyboard.type(words);
  await page.keyboard.press("Control+Enter");
  const sent = page.locator('article[data-direction="out"]', { hasText: words });
  await sent.locator('[data-state="sent"]').waitFor();

  const mail = await posted(first);
  expect(header(mail, "To")).toContain("zhang@huaxin.example");
  expect(header(mail, "In-Reply-To")).toBe(first);
  expect(header(mail, "References")).toContain(first);

  const answer = unique("好的，谢谢");
  await write({ from: "张工 <zhang@huaxin.example>", subject: `Re: ${subject}`, body: answer, headers: { "In-Reply-To": header(mail, "Message-ID") } });
  await page.locator('article[data-direction="in"]', { hasText: answer }).waitFor();
  expect(await row(page, subject).count()).toBe(1);
});

test("a stranger's reply opens a ticket of its own, and the desk says why it may belong elsewhere", async () => {
  const page = await signIn("zhaojing");
  await go(page, inbox);
  const subject = unique("Coolant pump");
  const first = await write({ from: "Emily Carter <emily@northwind.example>", subject, body: "It trips." });
  await openTicket(page, subject);
  const foreign = unique("Foreign");
  await write({ from: "Mallory <mallory@elsewhere.example>", subject: foreign, body: "Send it to me instead.", headers: { "In-Reply-To": first, References: first } });
  await openTicket(page, foreign);
  const customer = page.getByRole("complementary");
  await customer.getByText("Perhaps belongs to").waitFor();
  await customer.getByText("its sender does not take part there").waitFor();
  await customer.getByRole("button", { name: "It does not belong there" }).click();
  await customer.getByText("Perhaps belongs to").waitFor({ state: "detached" });
  expect(await row(page, subject).locator("span", { hasText: "Send it to me" }).count()).toBe(0);
});

test("copies, blind copies and files go out, what is no address does not", async () => {
  const page = await signIn("zhaojing");
  await go(page, inbox);
  const subject = unique("Offer");
  const first = await write({ from: "Emily Carter <emily@northwind.example>", subject, body: "Please send the offer.", headers: { Cc: "boss@northwind.example" } });
  await openTicket(page, subject);
  await page.keyboard.press("r");
  const composer = page.getByRole("region", { name: "Reply" });
  await composer.getByText("boss@northwind.example").waitFor();
  await composer.getByRole("button", { name: "Bcc" }).click();
  await page.keyboard.type("archive@polaris.example,nonsense ");
  await page.keyboard.press("Enter");
  await composer.locator("textarea").fill("Here it is.");
  await composer.locator('input[type="file"]').setInputFiles({ name: "报价单.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 offer") });
  await composer.getByText("14 B").waitFor();
  await composer.getByRole("progressbar").waitFor({ state: "detached" });
  await page.keyboard.press("Control+Enter");
  await page.getByText("One of the addresses is no mail address.").waitFor();
  await composer.getByRole("button", { name: "Remove nonsense" }).click();
  await composer.locator("textarea").focus();
  await page.keyboard.press("Control+Enter");
  const sent = page.locator('article[data-direction="out"]', { hasText: "Here it is." });
  await sent.getByText("报价单.pdf").waitFor();

  const mail = await posted(first);
  expect(header(mail, "Cc")).toContain("boss@northwind.example");
  expect(mail).not.toContain("archive@polaris.example");
  expect(mail).toContain("application/pdf");
  const [download] = await Promise.all([page.waitForEvent("download"), sent.getByText("报价单.pdf").click()]);
  expect(download.suggestedFilename()).toBe("报价单.pdf");
});

test("a message is split off into a ticket of its own", async () => {
  const page = await signIn("zhaojing");
  await go(page, inbox);
  const subject = unique("Two things");
  const from = "Emily Carter <emily@northwind.example>";
  const first = await write({ from, subject, body: "First thing." });
  await row(page, subject).waitFor();
  await write({ from, subject: `Re: ${subject}`, body: "Second thing.", headers: { "In-Reply-To": first } });
  await openTicket(page, subject);
  const second = page.locator("article", { hasText: "Second thing." }).last();
  await second.getByRole("button", { name: "What to do with this message" }).click();
  await page.getByRole("menuitem", { name: "Make it a ticket of its own" }).click();
  await page.getByRole("button", { name: "Make the ticket" }).click();
  await page.getByRole("complementary").getByText("Split from").waitFor();
  await page.locator('[role="log"]', { hasText: "Second thing." }).waitFor();
  expect(await page.locator('[role="log"]', { hasText: "First thing." }).count()).toBe(0);
});

test("HTML is shown in a frame that can do nothing, and fetches nothing before somebody asks", async () => {
  const page = await signIn("zhaojing");
  const asked: string[] = [];
  page.on("request", (r) => asked.push(r.url()));
  const dialogs: string[] = [];
  page.on("dialog", (d) => {
    dialogs.push(d.message());
    void d.dismiss();
  });
  await go(page, inbox);
  const subject = unique("Newsletter");
  const html = `<p>Hello <b>bold</b></p><img src="http://tracker.example/x.gif"><script>alert(1)</script><img src=x onerror="alert(2)"><form action="http://evil.example"><input name=a></form>`;
  await write({ from: "news@shop.example", subject, body: html, headers: { "Content-Type": "text/html; charset=utf-8" } });
  await openTicket(page, subject);
  // It has a picture: its layout says more than its text.
  const frame = page.locator("iframe");
  await frame.waitFor();
  const sandbox = (await frame.getAttribute("sandbox")) ?? "allow-everything";
  expect(sandbox).not.toMatch(/allow-(scripts|same-origin|forms|top-navigation)/);
  const inside = page.frameLocator("iframe");
  await inside.locator("b", { hasText: "bold" }).waitFor();
  expect(await inside.locator("script, form, input").count()).toBe(0);
  expect(dialogs).toEqual([]);
  expect(asked.filter((u) => !u.startsWith(inject("program").url))).toEqual([]);
  expect(asked.filter((u) => u.includes("/picture"))).toEqual([]);
  await page.getByText("Remote pictures are blocked.").waitFor();
  await page.getByRole("button", { name: "Load them" }).click();
  // Its host does not exist, and nobody is told that the picture is there.
  await page.getByText("1 of 1 remote pictures could not be fetched.").waitFor({ timeout: 40_000 });
  // Even then they come through the program, never from the stranger's host.
  await expect.poll(() => asked.filter((u) => u.includes("/picture")).length).toBeGreaterThan(0);
  expect(asked.filter((u) => !u.startsWith(inject("program").url))).toEqual([]);
});

test("a formatted mail is as high as its content, folds what it quotes, and is text at a click", async () => {
  const page = await signIn("zhaojing");
  await go(page, inbox);
  const subject = unique("Formatted");
  const cell = `<tr><td style="height:40px">Spindle</td></tr>`;
  const quote = `<div class="gmail_quote"><div>Li wrote:</div><blockquote class="gmail_quote">Which part?</blockquote></div>`;
  await write({
    from: "Emily Carter <emily@northwind.example>",
    subject,
    body: `<p>These parts:</p><table>${cell.repeat(6)}</table>${quote}`,
    headers: { "Content-Type": "text/html; charset=utf-8" },
  });
  await openTicket(page, subject);
  const frame = page.locator("iframe");
  // Chromium lets a frame take the height of what is in it; 150 is what a frame has otherwise.
  await expect.poll(async () => (await frame.boundingBox())?.height ?? 0).toBeGreaterThan(280);
  expect((await frame.boundingBox())?.height).toBeLessThan(500);
  const inside = page.frameLocator("iframe");
  expect(await inside.getByText("Which part?").isVisible()).toBe(false);
  await inside.locator("summary").click();
  await inside.getByText("Which part?").waitFor();
  // Nothing comes from elsewhere, so that nothing is said of pictures.
  expect(await page.getByText("Remote pictures").count()).toBe(0);
  await page.getByRole("button", { name: "Text", exact: true }).click();
  await frame.waitFor({ state: "detached" });
  await page.locator("article", { hasText: "Spindle" }).last().waitFor();
  await page.keyboard.press("v");
  await frame.waitFor();
});

test("a mail to nobody in particular still has a text, a sender and its original", async () => {
  const page = await signIn("zhaojing");
  await go(page, inbox);
  const subject = unique("Bare");
  await write({ from: "bare@customer.example", subject, body: "你好", headers: { "Content-Type": "text/plain; charset=gb2312", "Content-Transfer-Encoding": "8bit" } });
  await openTicket(page, subject);
  await page.getByRole("button", { name: "What to do with this message" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Download the original (.eml)" }).click()]);
  expect(download.suggestedFilename()).toMatch(/\.eml$/);
});
