import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { fill, go, ownQueue, signIn } from "./desk.ts";

const tickets = 24;

/**
 * Opens the next ticket by a key or a click and gives the time from that event to the first frame in which its timeline
 * stands, in ms, by the page's own clock.
 */
async function opens(page: Page, act: () => Promise<void>, name: string): Promise<number> {
  await page.evaluate((subject) => {
    const w = window as unknown as { painted: Promise<number> };
    w.painted = new Promise((resolve) => {
      const begin = (e: Event) => {
        for (const kind of ["keydown", "click"]) removeEventListener(kind, begin, true);
        const look = () => {
          const there = document.querySelector("article h1")?.textContent?.includes(subject) && document.querySelector('[role="log"] article')?.textContent?.includes(`Text of ${subject}.`);
          // The frame that is about to be painted has it; the next callback comes after the paint.
          if (there) requestAnimationFrame(() => resolve(performance.now() - e.timeStamp));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      };
      for (const kind of ["keydown", "click"]) addEventListener(kind, begin, true);
    });
  }, name);
  await act();
  return page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);
}

const figures = (all: number[]) => {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms of ${sorted.length}`;
};

// What it measures depends on the machine and on what else it does: it is printed, and judged by whoever reads it.
test("how long a ticket takes to open", async () => {
  const queue = await ownQueue(`Speed ${Date.now()}`);
  const page = await signIn("zhaojing");
  const names = Array.from({ length: tickets }, (_, i) => `Opened ${i} of ${Date.now().toString(36)}`);
  await fill(page, queue.id, names);
  names.reverse();
  const row = (name: string) => page.locator("li[data-ticket] button", { hasText: name });

  await go(page, queue.path);
  await row(names[0] as string).waitFor();
  // Cold: nothing was fetched before. A dispatched click has no pointer that rests on the row and fetches ahead.
  const cold: number[] = [];
  for (const name of names.slice(0, 10)) cold.push(await opens(page, () => row(name).dispatchEvent("click"), name));

  // As one works: the list is walked with j, which fetches the next one ahead.
  await page.keyboard.press("Escape");
  await page.reload();
  await row(names[0] as string).waitFor();
  await row(names[0] as string).click();
  await page.locator("article h1").waitFor();
  const walked: number[] = [];
  for (const name of names.slice(1)) walked.push(await opens(page, () => page.keyboard.press("j"), name));
  console.log(`a ticket opens, from the click, fetched by it: ${figures(cold)}; walking with j: ${figures(walked)}`);
  expect(walked).toHaveLength(tickets - 1);
});
