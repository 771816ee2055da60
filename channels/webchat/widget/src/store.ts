/** What a visitor's browser keeps for one site: the token, words that are not yet sent, whether the panel stood open. */
export interface Store {
  get(name: string): string;
  /** An empty value removes the entry. */
  set(name: string, value: string): void;
  /** The names that begin with a prefix. */
  names(prefix: string): string[];
}

/**
 * Keeps in localStorage under the prefix; in memory where the browser keeps nothing (private windows, blocked storage,
 * a full disk), so that a chat works and only does not outlive the page.
 */
export function openStore(prefix: string, storage: () => Storage = () => localStorage): Store {
  const memory = new Map<string, string>();
  let kept: Storage | null = null;
  try {
    kept = storage();
    // A browser that refuses to write says so only when asked to.
    kept.setItem(`${prefix}probe`, "1");
    kept.removeItem(`${prefix}probe`);
  } catch {
    kept = null;
  }
  return {
    get: (name) => memory.get(name) ?? kept?.getItem(prefix + name) ?? "",
    set(name, value) {
      memory.delete(name);
      try {
        if (value) kept?.setItem(prefix + name, value);
        else kept?.removeItem(prefix + name);
        if (kept || !value) return;
      } catch {
        // Full: what was there before must not come back later.
        kept?.removeItem(prefix + name);
      }
      memory.set(name, value);
    },
    names(start) {
      const found = new Set([...memory.keys()].filter((n) => n.startsWith(start)));
      for (const key of Object.keys(kept ?? {})) {
        if (key.startsWith(prefix + start)) found.add(key.slice(prefix.length));
      }
      return [...found];
    },
  };
}

/** A new id for what the visitor sends, 128 random bits: also where there is no randomUUID, as on plain http. */
export function newID(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
