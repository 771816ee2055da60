import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ask, faults, go, openTicket, row, signIn } from "./desk.ts";

const unique = (text: string) => `${text} ${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

interface Person {
  login: string;
  name: string;
  id: number;
}

/** A queue of its own with its rules, and who works on it alone: other tests leave both in peace. */
async function office(name: string, rules: object, ...names: string[]): Promise<{ id: number; path: string; people: Person[] }> {
  const admin = await signIn("admin");
  const { id } = await ask<{ id: number }>(admin, "POST", "/queues", { name: unique(name) });
  const { version } = await ask<{ version: number }>(admin, "GET", `/queues/${id}/rules`);
  await ask(admin, "PUT", `/queues/${id}/rules`, { version, rules });
  const people: Person[] = [];
  for (const given of names) {
    const person = { login: unique("q").replace(" ", ""), name: unique(given) };
    const made = await ask<{ id: number }>(admin, "POST", "/people", { ...person, password: "frontline-demo", roles: ["agent"], language: "en" });
    await ask(admin, "PUT", `/agents/${made.id}/seat`, { language: "en", skills: [], capacity: {}, queues: [id] });
    people.push({ ...person, id: made.id });
  }
  await admin.context().close();
  return { id, path: `/box/queue-${id}`, people };
}

async function write(page: Page, queue: number, subject: string): Promise<number> {
  const { id } = await ask<{ id: number }>(page, "POST", "/tickets", {
    subject,
    text: `Text of ${subject}.`,
    channel: "form",
    queue,
    contact: { name: subject, email: `${subject.toLowerCase().replace(/[^a-z0-9]+/g, ".")}@customer.example` },
  });
  return id;
}

async function become(page: Page, person: Person, state: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(person.name) }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${state}`) }).click();
  await page.getByRole("button", { name: new RegExp(`${person.name}.*${state}`) }).waitFor();
}

const offer = (page: Page, subject: string) => page.getByRole("article", { name: `Offer: ${subject}` });

test("who is ready is offered a contact, declines it by a key, and the next one takes it", async () => {
  const queue = await office("Offers", {}, "First", "Second");
  const [first, second] = queue.people as [Person, Person];
  const [one, two] = [await signIn(first.login), await signIn(second.login)];
  await become(one, first, "Ready");
  const subject = unique("Spindle");
  await write(one, queue.id, subject);
  await offer(one, subject).waitFor();
  expect(await faults(one)).toEqual([]);
  await become(two, second, "Ready");
  // A letter that is typed into a field answers nothing.
  await one.keyboard.press("/");
  await one.getByRole("combobox").fill("yd");
  await one.keyboard.press("Escape");
  await one.getByRole("combobox").waitFor({ state: "detached" });
  expect(await offer(one, subject).count()).toBe(1);
  await one.keyboard.press("d");
  await offer(one, subject).waitFor({ state: "detached" });
  await offer(two, subject).waitFor();
  await two.keyboard.press("y");
  await two.locator("article h1", { hasText: subject }).waitFor();
  await two.getByText("You have this in hand").waitFor();
  await two.getByRole("region", { name: "In hand" }).getByRole("button", { name: new RegExp(subject) }).waitFor();
  expect(await faults(two)).toEqual([]);
});

test("who does not answer an offer is not ready any more", async () => {
  const queue = await office("Timeout", { offers: { email: { for_s: 2 } } }, "Sleeper");
  const [person] = queue.people as [Person];
  const page = await signIn(person.login);
  await become(page, person, "Ready");
  const subject = unique("Ringing");
  await write(page, queue.id, subject);
  await offer(page, subject).waitFor();
  await offer(page, subject).waitFor({ state: "detached" });
  await page.getByRole("button", { name: new RegExp(`${person.name}.*Not ready`) }).waitFor();
  // It waits again, and says so.
  await go(page, queue.path);
  await openTicket(page, subject);
  await page.getByText("Waiting, place 1").waitFor();
});

test("of several offers the first is shown whole, with its reason in a sentence, and the others in a line each", async () => {
  const queue = await office("Several", {}, "Busy");
  const [person] = queue.people as [Person];
  const page = await signIn(person.login);
  await become(page, person, "Ready");
  const subjects = ["Alpha", "Beta", "Gamma"].map(unique);
  for (const subject of subjects) {
    await write(page, queue.id, subject);
    await offer(page, subject).waitFor();
  }
  const [first, second, third] = subjects as [string, string, string];
  await offer(page, first).getByText(new RegExp(`^${person.name}, because .*idle`)).waitFor();
  expect(await offer(page, second).getByText("because").count()).toBe(0);
  expect(await faults(page)).toEqual([]);
  // One behind the first is answered in its line; the keys mean the first.
  await offer(page, second).getByRole("button", { name: `Decline ${second}` }).click();
  await offer(page, second).waitFor({ state: "detached" });
  await page.keyboard.press("y");
  await page.locator("article h1", { hasText: first }).waitFor();
  await offer(page, third).getByText("because").waitFor();
});

test("a contact that is given without asking opens, and while another is open it is told", async () => {
  const queue = await office("Given", { offers: { email: { auto: true } } }, "Given");
  const [person] = queue.people as [Person];
  const page = await signIn(person.login);
  await become(page, person, "Ready");
  const [first, second] = [unique("Ringing"), unique("Knocking")];
  await write(page, queue.id, first);
  await page.locator("article h1", { hasText: first }).waitFor();
  await page.getByText("You have this in hand").waitFor();
  await write(page, queue.id, second);
  await page.getByText(`${second} is now in your hands.`).waitFor();
  await page.locator("article h1", { hasText: first }).waitFor();
  expect(await faults(page)).toEqual([]);
});

test("a contact is put aside, stands among what is in hand, and is gone on with", async () => {
  const queue = await office("Parking", {}, "Parker");
  const [person] = queue.people as [Person];
  const page = await signIn(person.login);
  const subject = unique("Aside");
  await write(page, queue.id, subject);
  await go(page, queue.path);
  await openTicket(page, subject);
  await page.getByRole("button", { name: "Take it" }).click();
  await page.getByText("You have this in hand").waitFor();
  await page.keyboard.press("p");
  const dialog = page.getByRole("dialog", { name: "Park until" });
  await dialog.getByPlaceholder("Why it waits, for yourself and colleagues").fill("The part comes at noon.");
  expect(await faults(page)).toEqual([]);
  await dialog.getByText("In an hour").click();
  await dialog.waitFor({ state: "detached" });
  await page.locator('[data-state="parked"]').getByText("Parked").waitFor();
  await page.locator('article[data-direction="note"]', { hasText: "The part comes at noon." }).waitFor();
  await page.getByRole("region", { name: "In hand" }).getByRole("button", { name: new RegExp(subject) }).waitFor();
  await page.keyboard.press("p");
  await page.getByText("You have this in hand").waitFor();
});

test("a contact is handed to a person with a note, and taken back", async () => {
  const queue = await office("Transfer", {}, "From", "Towards");
  const [from, to] = queue.people as [Person, Person];
  const page = await signIn(from.login);
  const subject = unique("Handover");
  await write(page, queue.id, subject);
  await go(page, queue.path);
  await openTicket(page, subject);
  await page.getByRole("button", { name: "Take it" }).click();
  await page.getByText("You have this in hand").waitFor();
  await page.keyboard.press("t");
  await page.getByRole("combobox").fill(to.name);
  await page.getByRole("option", { name: new RegExp(to.name) }).waitFor();
  expect(await faults(page)).toEqual([]);
  await page.getByLabel("Note", { exact: true }).fill("She knows the machine.");
  await page.keyboard.press("Control+Enter");
  await page.getByText(`Transferred to ${to.name}`).waitFor();
  await page.locator('article[data-direction="note"]', { hasText: "She knows the machine." }).waitFor();
  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByText("You have this in hand").waitFor();
  // And then to somebody who is there: only that one is asked.
  const other = await signIn(to.login);
  await become(other, to, "Ready");
  await page.keyboard.press("t");
  await page.getByRole("combobox").fill(to.name);
  await page.keyboard.press("Enter");
  await offer(other, subject).waitFor();
});

test("a queue that wants a code lets nobody finish without one", async () => {
  const codes = [
    { code: "solved", name: "已解决", name_en: "Solved" },
    { code: "spare", name: "备件", name_en: "Needs a part" },
  ];
  const queue = await office("Codes", { wrap_up: { required: true, codes } }, "Finisher");
  const [person] = queue.people as [Person];
  const page = await signIn(person.login);
  const subject = unique("Wrapped");
  const id = await write(page, queue.id, subject);
  await go(page, queue.path);
  await openTicket(page, subject);
  await page.getByRole("button", { name: "Take it" }).click();
  await page.getByText("You have this in hand").waitFor();
  await page.getByRole("button", { name: "Resolve" }).click();
  // The list moves on; what is still to be said of it stands among what is in hand.
  await row(page, subject).waitFor({ state: "detached" });
  await page.keyboard.press("Alt+1");
  await page.locator("article h1", { hasText: subject }).waitFor();
  await page.getByText("This queue wants a code").first().waitFor();
  await page.keyboard.press("f");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Needs a part").waitFor();
  expect(await dialog.getByRole("button", { name: "Finish" }).isDisabled()).toBe(true);
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("region", { name: "In hand" }).waitFor({ state: "detached" });
  expect((await ask<{ entry: unknown }>(page, "GET", `/tickets/${id}`)).entry).toBeNull();
});

test("rules are set by hand, told in words, and what cannot be meant is not saved", async () => {
  const queue = await office("Ruled", {});
  const page = await signIn("zhaojing");
  await go(page, `/admin/queues/${queue.id}`);
  const meaning = page.getByRole("complementary", { name: "What this means" });
  await meaning.getByText("Everybody who sees the queue").waitFor();
  expect(await faults(page)).toEqual([]);
  await page.getByRole("button", { name: /Skill$/ }).click();
  await page.getByRole("combobox", { name: "Skill", exact: true }).fill("mill");
  await meaning.getByText("Agents need mill ≥ 3.").waitFor();
  // Nobody has it: that may be meant, and is said.
  await meaning.getByText(/no agent can/).waitFor();
  await page.getByRole("button", { name: "Add a step" }).click();
  // A step that opens the queue to nobody cannot be meant.
  await page.locator("form").getByRole("alert").waitFor();
  expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Remove step 1" }).click();
  await page.locator("form").getByRole("alert").waitFor({ state: "detached" });
  expect(await faults(page)).toEqual([]);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("The rules are saved").waitFor();
  expect((await ask<{ rules: object }>(page, "GET", `/queues/${queue.id}/rules`)).rules).toEqual({ want: { skill: "mill", level: 3 } });
});

test("what somebody can take is set beside his name", async () => {
  const [person] = (await office("Seats", {}, "Seated")).people as [Person];
  const page = await signIn("zhaojing");
  await go(page, "/admin/agents");
  await page.getByRole("button", { name: `Skills of ${person.name}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /Skill$/ }).click();
  await dialog.getByRole("combobox", { name: "Skill", exact: true }).fill("mill");
  await dialog.getByRole("spinbutton", { name: /^Chat/ }).fill("5");
  expect(await faults(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const seat = await ask<{ skills: object[]; capacity: Record<string, { max: number }> }>(page, "GET", `/agents/${person.id}/seat`);
  expect(seat.skills).toEqual([{ skill: "mill", level: 3 }]);
  expect(seat.capacity.chat?.max).toBe(5);
});
