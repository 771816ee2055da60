/**
 * Everything that a key does, in the order in which the help shows it. Letters act only outside of text fields. A key
 * that is held down acts once, but for those that walk.
 */
export const commands = [
  { id: "next", keys: ["j"], group: "list", held: true },
  { id: "previous", keys: ["k"], group: "list", held: true },
  { id: "open", keys: ["Enter", "o"], group: "list" },
  { id: "back", keys: ["Escape"], group: "list", typing: true },
  { id: "search", keys: ["/"], group: "list" },
  { id: "palette", keys: ["Mod+k"], group: "list", typing: true },
  { id: "choose", keys: ["x"], group: "list" },
  { id: "choose_range", keys: ["Shift+x"], group: "list" },
  { id: "new_ticket", keys: ["c"], group: "list" },
  { id: "reply", keys: ["r"], group: "ticket" },
  { id: "note", keys: ["n"], group: "ticket" },
  { id: "take", keys: ["a"], group: "ticket" },
  { id: "assign", keys: ["Shift+a"], group: "ticket" },
  { id: "resolve", keys: ["e"], group: "ticket" },
  { id: "wait", keys: ["w"], group: "ticket" },
  { id: "hold", keys: ["h"], group: "ticket" },
  { id: "reopen", keys: ["Shift+e"], group: "ticket" },
  { id: "undo", keys: ["z"], group: "ticket" },
  { id: "merge", keys: ["m"], group: "ticket" },
  { id: "html", keys: ["v"], group: "ticket" },
  { id: "customer", keys: ["i"], group: "ticket" },
  { id: "edit_contact", keys: ["Shift+i"], group: "ticket" },
  { id: "accept", keys: ["y"], group: "queue" },
  { id: "decline", keys: ["d"], group: "queue" },
  { id: "to_offer", keys: ["Alt+0"], group: "queue", typing: true },
  { id: "switch", keys: ["Alt+1"], group: "queue", typing: true },
  { id: "transfer", keys: ["t"], group: "queue" },
  { id: "park", keys: ["p"], group: "queue" },
  { id: "finish", keys: ["f"], group: "queue" },
  { id: "send", keys: ["Mod+Enter"], group: "composer", typing: true },
  { id: "send_resolve", keys: ["Mod+Shift+Enter"], group: "composer", typing: true },
  { id: "go_mine", keys: ["g m"], group: "go" },
  { id: "go_unassigned", keys: ["g u"], group: "go" },
  { id: "go_all", keys: ["g a"], group: "go" },
  { id: "go_queue", keys: ["g 1"], group: "go" },
  { id: "go_lead", keys: ["g s"], group: "go" },
  { id: "go_mailboxes", keys: ["g b"], group: "go" },
  { id: "help", keys: ["?"], group: "go" },
] as const satisfies readonly { id: string; keys: readonly string[]; group: string; typing?: boolean; held?: boolean }[];

export type Command = (typeof commands)[number]["id"];

type Run = (stroke: string) => void;
const handlers = new Map<Command, Run[]>();

/** Lets the latest screen that offers a command answer it; gives the way to stop offering. */
export function offer(id: Command, act: Run): () => void {
  const stack = handlers.get(id) ?? [];
  handlers.set(id, [...stack, act]);
  return () =>
    handlers.set(
      id,
      (handlers.get(id) ?? []).filter((r) => r !== act),
    );
}

/** Runs a command as its key would; false when no screen offers it. */
export function run(id: Command, stroke = ""): boolean {
  const f = handlers.get(id)?.at(-1);
  f?.(stroke);
  return f !== undefined;
}

/** The name of a key press: "j", "Shift+e", "Mod+Enter" (Ctrl, on a Mac Command). Shift is named for letters and Enter only. */
export function strokeOf(e: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & { code?: string }): string {
  // With Alt a Mac writes other signs ("¡" for 1); the place of the key says which digit it is.
  const digit = e.altKey ? /^Digit(\d)$/.exec(e.code ?? "")?.[1] : undefined;
  const letter = /^\p{L}$/u.test(e.key);
  const name = digit ?? (letter ? e.key.toLowerCase() : e.key);
  const shift = e.shiftKey && (letter || e.key.length > 1);
  return `${e.ctrlKey || e.metaKey ? "Mod+" : ""}${e.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;
}

/** Whether a key that is held down runs the command again and again. */
export function holds(id: Command): boolean {
  return commands.some((c) => c.id === id && "held" in c);
}

/** Finds what a press means, with the first key of a pair ("g") kept for a second and a half. */
export class Matcher {
  private prefix = "";
  private since = 0;

  match(stroke: string, typing: boolean, now: number): { id: Command; stroke: string } | null {
    const pair = this.prefix && now - this.since < 1500 ? `${this.prefix} ${stroke}` : "";
    this.prefix = "";
    const found = commands.find((c) => {
      if (typing && !("typing" in c && c.typing)) return false;
      const keys: readonly string[] = c.keys;
      if (pair) return keys.includes(pair) || (c.id === "go_queue" && /^g [1-9]$/.test(pair));
      return keys.includes(stroke) || (c.id === "switch" && /^Alt\+[1-9]$/.test(stroke));
    });
    if (found) return { id: found.id, stroke };
    if (!typing && commands.some((c) => c.keys.some((k: string) => k.startsWith(`${stroke} `)))) {
      this.prefix = stroke;
      this.since = now;
    }
    return null;
  }
}
