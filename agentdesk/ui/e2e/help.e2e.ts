import { expect, inject, test } from "vitest";
import { faults, go, inbox, openTicket, signIn, visit } from "./desk.ts";
import { header, plain, posted, write } from "./mail.ts";

const linkIn = (source: string) => /https?:\/\/\S+\/c\/[\w-]{43}/.exec(plain(source))?.[0] ?? "";

test("a customer looks after a request by the link in our answer, and has the link mailed again", async () => {
  const { url } = inject("program");
  const customer = `emily.${Date.now().toString(36)}@northwind.example`;
  const first = await write({ from: customer, subject: "Coolant pump trips", body: "It trips after an hour." });
  const desk = await signIn("zhaojing");
  await go(desk, inbox);
  await openTicket(desk, "Coolant pump trips");
  await desk.keyboard.press("r");
  await desk.keyboard.type("We look into it.");
  await desk.keyboard.press("Control+Enter");
  const answer = await posted(first);
  const link = linkIn(answer);
  const number = /\[#(.+)-\w{5}\]/.exec(header(answer, "Subject"))?.[1] ?? "";

  const page = await visit({ language: "en" });
  await page.goto(`${url}/demo/shop`);
  await page.getByRole("link", { name: "Your requests" }).click();
  expect(await faults(page)).toEqual([]);
  await page.getByLabel("The link in our mail").fill("https://elsewhere.example/");
  await page.getByRole("button", { name: "Show it" }).click();
  await page.getByText("This is none of our links.").waitFor();
  await page.getByLabel("The link in our mail").fill(link);
  await page.getByRole("button", { name: "Show it" }).click();
  await page.getByRole("heading", { name: "Coolant pump trips" }).waitFor();
  await page.getByText("We wait for your answer").waitFor();
  await page.getByText("It trips after an hour.").waitFor();
  await page.getByText("We look into it.").waitFor();

  // Who names another address hears the same as the customer, and gets nothing.
  for (const email of ["mallory@elsewhere.example", customer]) {
    await page.goto(`${url}/demo/help`);
    await page.getByLabel("Number of the request").fill(number);
    await page.getByLabel("Your email address").fill(email);
    await page.getByRole("button", { name: "Send me the link" }).click();
    await page.getByText("its link is on the way").waitFor();
  }
  const again = await posted("the link to your request that you asked for", "itself");
  expect(header(again, "To")).toContain(customer);
  expect(linkIn(again)).toBe(link);
});

for (const language of ["zh", "en"] as const) {
  test(`the page for a customer's requests fits a phone, ${language}`, async () => {
    const page = await visit({ language, width: 360, height: 740 });
    await page.goto(`${inject("program").url}/demo/help`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}
