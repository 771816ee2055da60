import { createHmac } from "node:crypto";
import { expect, inject, test } from "vitest";
import { faults, go, signIn, visit } from "./desk.ts";

/** The six digits of a secret at this moment (RFC 6238). */
function totp(secret: string): string {
  const bits = [...secret.replace(/[\s=]/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => Number.parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const at = (mac.at(-1) as number) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, "0");
}

test("somebody is added, signs in, and from then on with a second factor", async () => {
  const login = `new${Date.now().toString(36)}`;
  const password = "correct-horse-battery";
  const admin = await signIn("admin");
  await go(admin, "/admin/agents");
  await admin.getByRole("button", { name: "Add somebody" }).click();
  const form = admin.getByRole("dialog");
  await form.getByLabel("Name").fill(`Newcomer ${login}`);
  await form.getByLabel("Login").fill(login);
  await form.getByRole("button", { name: "Save" }).click();
  const once = (await admin.getByRole("dialog", { name: /One-time password/ }).locator("kbd").textContent()) ?? "";
  expect(await faults(admin)).toEqual([]);
  await admin.getByRole("button", { name: "I have noted it" }).click();
  await admin.getByRole("row", { name: new RegExp(login) }).waitFor();

  const page = await visit();
  const { url } = inject("program");
  async function enter(word: string) {
    await page.goto(`${url}/login`);
    await page.fill('input[autocomplete="username"]', login);
    await page.fill('input[autocomplete="current-password"]', word);
    await page.keyboard.press("Enter");
  }
  await enter(once);
  await page.getByLabel("New password").fill("short");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  expect(await faults(page)).toEqual([]);
  await page.getByLabel("New password").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/box\//);
  await go(page, "/account");
  await page.getByRole("button", { name: "Set up" }).click();
  await page.locator("svg title, svg path").first().waitFor({ state: "attached" });
  const secret = (await page.getByText(/^[A-Z2-7]{16,}$/).textContent()) ?? "";
  await page.getByLabel("Six digits from the app").fill(totp(secret));
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByText("Write these down.").waitFor();
  const recovery = (await page.locator("main kbd").first().textContent()) ?? "";
  expect(await faults(page)).toEqual([]);

  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/login/);
  await enter(password);
  await page.getByLabel("Code").fill("000000");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  expect(await faults(page)).toEqual([]);
  // The digits of this half minute were used to set the factor up; a recovery code signs in at any time.
  await page.getByLabel("Code").fill(recovery);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/box\//);
});
