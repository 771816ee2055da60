import { useSyncExternalStore } from "react";

/** A value that screens follow without a provider: set it anywhere, read it with useStore. */
export interface Store<T> {
  get: () => T;
  set: (next: T | ((old: T) => T)) => void;
  subscribe: (f: () => void) => () => void;
}

export function store<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      const now = typeof next === "function" ? (next as (old: T) => T)(value) : next;
      if (Object.is(now, value)) return;
      value = now;
      for (const f of listeners) f();
    },
    subscribe: (f) => {
      listeners.add(f);
      return () => listeners.delete(f);
    },
  };
}

/** The part of a store that a screen shows; it renders again only when that part is another one. */
export function useStore<T, P = T>(s: Store<T>, part: (value: T) => P = (v) => v as unknown as P): P {
  return useSyncExternalStore(s.subscribe, () => part(s.get()));
}
