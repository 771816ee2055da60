import { useSyncExternalStore } from "react";

/**
 * How far this machine's clock is ahead of the server's, in ms. What counts down to an instant of the server's, such as an
 * offer, must not end early or late on a machine whose clock is wrong. An answer names whole seconds and was on its way,
 * so that less than two seconds say nothing.
 */
let ahead = 0;

/** Learns from the Date of an answer (RFC 9110, 6.6.1). */
export function tellServerTime(date: string | null): void {
  const told = Date.parse(date ?? "");
  if (Number.isNaN(told)) return;
  const difference = Date.now() - (told + 500);
  ahead = Math.abs(difference) < 2000 ? 0 : difference;
}

/** Now, by the server's clock. */
export const serverNow = (): number => Date.now() - ahead;

let second = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(f: () => void): () => void {
  listeners.add(f);
  second = Math.floor(serverNow() / 500);
  timer ??= setInterval(() => {
    second = Math.floor(serverNow() / 500);
    for (const tell of listeners) tell();
  }, 500);
  return () => {
    listeners.delete(f);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The server's time, read anew twice a second while the calling part is on the screen. Only what counts down needs it. */
export function useServerNow(): number {
  useSyncExternalStore(subscribe, () => second);
  return serverNow();
}
