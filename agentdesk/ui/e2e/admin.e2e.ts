import { expect, test } from "vitest";
import { ask, faults, go, signIn } from "./desk.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}`;

test("a queue is made, renamed and signed; another of its name is refused", async () => {
  const page = await signIn("zhaojing");
  await go(page, "/admin/queues");
  const name = unique("维修");
  await page.getByRole("button", { name: "Add a queue" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Name (Chinese)").fill(name);
  await form.getByLabel("Name (English)").fill(`Repairs of ${name}`);
  await form.getByLabel("Signature").fill("Repairs\n400-810-0000");
  expect(await faults(page)).toEqual([]);
  await form.getByRole("button", { name: "Save" }).click();
  const line = page.getByRole("row", { name: new RegExp(name) });
  await line.getByText("Everybody").waitFor();
  await line.getByText("Repairs · 400-810-0000").waitFor();
  // It stands among the queues at once, by its English name.
  await page.getByRole("navigation").getByText(`Repairs of ${name}`).waitFor();
  await line.getByRole("button").click();
  await form.getByLabel("Name (Chinese)").fill("客户服务");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByRole("alert").waitFor();
  await form.getByLabel("Name (Chinese)").fill(`${name} 二`);
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: new RegExp(`${name} 二`) }).waitFor();
});

test("the default queue is changed, and there is always one", async () => {
  const page = await signIn("admin");
  await go(page, "/admin/queues");
  const first = page.getByRole("row", { name: /客户服务/ });
  await first.getByText("Default", { exact: true }).waitFor();
  const { id } = await ask<{ id: number }>(page, "POST", "/queues", { name: unique("默认") });
  expect(id).toBeGreaterThan(0);
  const second = page.getByRole("row", { name: /默认/ });
  await second.getByRole("button").click();
  await page.getByRole("checkbox").check();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await second.getByText("Default", { exact: true }).waitFor();
  await first.getByRole("button").click();
  await page.getByRole("checkbox").check();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await first.getByText("Default", { exact: true }).waitFor();
  await first.getByRole("button").click();
  expect(await page.getByRole("checkbox").isDisabled()).toBe(true);
});

test("a colleague gets a team, other roles, a new password, is locked and let in again", async () => {
  const admin = await signIn("admin");
  const login = `col${Date.now().toString(36)}`;
  const team = unique("Team");
  await ask(admin, "POST", "/people", { login, name: `Colleague ${login}`, password: "correct-horse-battery" });
  await go(admin, "/admin/agents");
  await admin.getByRole("button", { name: "Teams" }).click();
  await admin.getByLabel("New team").fill(team);
  await admin.keyboard.press("Enter");
  await admin.getByLabel(`Name of the team ${team}`).waitFor();
  expect(await faults(admin)).toEqual([]);
  await admin.keyboard.press("Escape");

  const line = admin.getByRole("row", { name: new RegExp(login) });
  const form = admin.getByRole("dialog", { name: `Colleague ${login}` });
  await line.getByRole("button", { name: /^Settings/ }).click();
  await form.getByLabel("Teams").click();
  await admin.locator(".ant-select-item-option", { hasText: team }).click();
  await admin.keyboard.press("Escape");
  await form.getByLabel("Roles").click();
  await admin.locator(".ant-select-item-option", { hasText: "Engineer" }).click();
  await admin.keyboard.press("Escape");
  await form.getByRole("button", { name: "Save" }).click();
  await line.getByText("Agent, Engineer").waitFor();
  await line.getByText(team).waitFor();

  const more = async (what: string) => {
    await line.getByRole("button", { name: /^More/ }).click();
    await admin.getByRole("menuitem", { name: what }).click();
  };
  await more("New one-time password");
  await admin.getByRole("button", { name: "Go on" }).click();
  expect(await admin.getByRole("dialog", { name: /One-time password/ }).locator("kbd").textContent()).toMatch(/^\w{5}(-\w{5}){3}$/);
  await admin.getByRole("button", { name: "I have noted it" }).click();
  await more("Lock");
  await admin.getByRole("button", { name: "Go on" }).click();
  await line.getByText("Locked").waitFor();
  expect(await faults(admin)).toEqual([]);
  await more("Unlock");
  await line.getByText("Away").waitFor();

  // Nobody raises himself.
  await admin.getByRole("row", { name: /管理员/ }).getByRole("button", { name: /^Settings/ }).click();
  await admin.getByText("Nobody changes their own roles and tier.").waitFor();
});

test("who may not change people is offered nothing of it", async () => {
  const page = await signIn("zhaojing");
  await go(page, "/admin/agents");
  await page.getByRole("row", { name: /李敏/ }).waitFor();
  expect(await page.getByRole("button", { name: "Add somebody" }).count()).toBe(0);
  expect(await page.getByRole("button", { name: /^Settings of/ }).count()).toBe(0);
});
