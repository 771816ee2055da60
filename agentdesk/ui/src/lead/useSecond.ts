import { store, useStore } from "@/parts/store";

/** The time to the second, for waits that grow under the eye; one timer for all of them, and none while nobody looks. */
const second = store(Date.now());
let timer: ReturnType<typeof setInterval> | undefined;
let users = 0;

const ticking = {
  ...second,
  subscribe: (f: () => void) => {
    if (users++ === 0) {
      second.set(Date.now());
      timer = setInterval(() => second.set(Date.now()), 1000);
    }
    const stop = second.subscribe(f);
    return () => {
      stop();
      if (--users === 0) clearInterval(timer);
    };
  },
};

export const useSecond = () => useStore(ticking);

/** What follows from the time, read each second; the screen renders again only when that has become another. */
export const useEachSecond = <P>(part: (now: number) => P): P => useStore(ticking, part);
