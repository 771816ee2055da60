import { newKey } from "@/api/client";
import type { OneOfMany } from "@/api/types";

/** How many tickets one request is about: few enough for a progress that moves. */
const part = 25;

/**
 * Does something to many tickets, part by part, and tells how far it is. A part whose answer is lost is asked again with the
 * same key, so that nothing is done twice; one that is refused as a whole ends it.
 */
export async function inParts(ids: readonly number[], ask: (ids: number[], key: string) => Promise<OneOfMany[]>, tell: (done: number) => void): Promise<OneOfMany[]> {
  const out: OneOfMany[] = [];
  for (let i = 0; i < ids.length; i += part) {
    const some = ids.slice(i, i + part);
    const key = newKey();
    out.push(...(await ask(some, key).catch((e: unknown) => (lost(e) ? ask(some, key) : Promise.reject(e)))));
    tell(Math.min(ids.length, i + part));
  }
  return out;
}

const lost = (e: unknown) => e instanceof Error && "offline" in e && e.offline === true;
