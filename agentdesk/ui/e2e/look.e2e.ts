import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { faults, go, inbox, openTicket, signIn, visit } from "./desk.ts";
import { write } from "./mail.ts";
import { inject } from "vitest";

const looks = (["zh", "en"] as const).flatMap((language) => (["light", "dark"] as const).map((look) => ({ language, look })));

/** Nothing but the lists and the texts scrolls, and nothing is wider than the screen. */
async function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.body.scrollHeight <= innerHeight);
}

describe.each(looks)("in $language, $look", (look) => {
  test("the login", async () => {
    const page = await visit(look);
    await page.goto(`${inject("program").url}/login`);
    await page.locator("form").waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test("lists, ticket, composer, search and keys", async () => {
    const subject = `Look ${look.language} ${look.look} ${Date.now()}`;
    await write({ from: "Emily Carter <emily@northwind.example>", subject, body: "The pump stops.\n\nEmily" });
    const page = await signIn("zhaojing", look);
    await go(page, inbox);
    await openTicket(page, subject);
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("n");
    await page.keyboard.type("X12?");
    await page.keyboard.press("Control+Enter");
    await page.locator('article[data-direction="note"]').waitFor();
    await page.keyboard.press("r");
    await page.locator("textarea").waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.getByRole("combobox").fill("emily");
    await page.getByRole("option").first().waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("combobox").waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.locator("kbd", { hasText: "Ctrl" }).first().waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test("mailboxes and people", async () => {
    const page = await signIn("admin", look);
    for (const path of ["/admin/mailboxes", "/admin/queues", "/admin/agents"]) {
      await go(page, path);
      await page.locator("main h1").waitFor();
      expect(await faults(page), path).toEqual([]);
    }
  });
});

test.each([1280, 1440, 1920])("nothing is cut off at %i", async (width) => {
  const page = await signIn("zhaojing", { width, height: 800 });
  await go(page, inbox);
  await page.locator("li[data-ticket]").first().click();
  await page.getByRole("complementary").waitFor();
  expect(await fits(page)).toBe(true);
  for (const part of ["nav", 'section[aria-label="Tickets"]', 'article[aria-busy="false"]', "aside"]) {
    const box = await page.locator(part).first().boundingBox();
    expect(box && box.x + box.width, part).toBeLessThanOrEqual(width);
    expect(box?.width, part).toBeGreaterThan(150);
  }
});
