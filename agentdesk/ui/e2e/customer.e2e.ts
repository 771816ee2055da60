import { expect, test } from "vitest";
import { ask, contact, faults, go, openTicket, ownQueue, signIn } from "./desk.ts";

interface Told {
  customer: { contact: { id: number } };
}

test.each(["en", "zh"] as const)("who may class a customer does it by hand, with why and until when (%s)", async (language) => {
  const subject = `Class ${language} ${Date.now().toString(36)}`;
  const queue = await ownQueue(subject);
  const page = await signIn("admin", { language });
  const ticket = await contact(page, queue.id, subject, "The spindle stands.");
  const { customer } = await ask<Told>(page, "GET", `/tickets/${ticket.id}`);
  await ask(page, "PATCH", `/contacts/${customer.contact.id}`, { account: `${subject} 机械有限公司` });
  const { account } = await ask<{ account: { id: number } }>(page, "GET", `/contacts/${customer.contact.id}`);
  await go(page, queue.path);
  await openTicket(page, subject);

  const [label, vip, reason, until, save] =
    language === "en" ? ["Class", "VIP", "Reason", "Until, the whole day", "Save"] : ["客户等级", "VIP客户", "原因", "有效至（含当日）", "保存"];
  const shown = page.getByRole("complementary").getByRole("button", { name: new RegExp(`^${label}:`) });
  await shown.click();
  const form = page.getByRole("form", { name: label });
  await form.getByRole("combobox", { name: label }).press("ArrowDown");
  await page.getByTitle(vip, { exact: true }).click();
  await form.getByLabel(reason).fill("Named by the board");
  await form.getByLabel(until).fill("2099-12-31");
  expect(await faults(page)).toEqual([]);
  await form.getByRole("button", { name: save }).click();
  await page.getByRole("button", { name: `${label}: ${vip}`, exact: true }).waitFor();
  await form.waitFor({ state: "detached" });
  const { items } = await ask<{ items: object[] }>(page, "GET", `/accounts/${account.id}/class-history`);
  expect(items).toMatchObject([{ from: "", to: "vip", by_hand: true, reason: "Named by the board" }]);
});
