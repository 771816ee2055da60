import type { Answers, Choice, ClientFrame, Fault, FileRef } from "./frames.ts";
import type { Store } from "./store.ts";

/** What a visitor wants to say or have done, until the program has it. */
export interface Letter {
  id: string;
  kind: "start" | "message" | "choose" | "end";
  text: string;
  files: FileRef[];
  what: Choice | "";
  answers: Answers;
  /** When it was written, milliseconds of this browser's clock. */
  at: number;
  /** Place among what was written in the same millisecond. */
  n: number;
  /** Why the program refused it; it is not sent again unless the visitor says so. */
  refused?: Fault;
}

/** Codes after which the same letter may be taken a little later, docs/chat.md. */
const passing = new Set(["rate_limited", "database_unavailable", "unavailable", "stopping", "timeout"]);
/** Milliseconds until such a letter goes again, where the program does not say. */
const rest = 3000;

const name = (id: string) => `out:${id}`;

/** A letter as it goes over the line. */
export function frame(l: Letter): ClientFrame {
  const files = l.files.map((f) => f.id);
  switch (l.kind) {
    case "start":
      return { type: "start", id: l.id, what: l.what, answers: l.answers, text: l.text, files };
    case "message":
      return { type: "message", id: l.id, text: l.text, files };
    case "choose":
      return { type: "choose", id: l.id, what: l.what || "message", answers: l.answers };
    case "end":
      return { type: "end", id: l.id };
  }
}

/**
 * The letters that the program has not acknowledged, kept in the browser so that they outlive a reload. They go out one
 * at a time, the next when the one before is acknowledged: so their order holds even where one has to be sent twice, and
 * a letter that is sent twice is one message, because its id is the same.
 */
export class Outbox {
  /** In the order of writing. */
  letters: Letter[] = [];
  private underway = "";
  private resting: ReturnType<typeof setTimeout> | undefined;
  private store: Store;
  private send: (f: ClientFrame) => boolean;
  private told: () => void;

  /** @param send puts a frame on the line, false where there is none; @param told is called after every change. */
  constructor(store: Store, send: (f: ClientFrame) => boolean, told: () => void) {
    this.store = store;
    this.send = send;
    this.told = told;
    for (const key of store.names("out:")) {
      const l = read(store.get(key));
      if (l) this.letters.push(l);
      else store.set(key, "");
    }
    this.letters.sort((a, b) => a.at - b.at || a.n - b.n);
  }

  /** Takes a letter that was written just now, `at`. */
  add(id: string, at: number, l: Partial<Letter> & Pick<Letter, "kind">): void {
    const last = this.letters.at(-1);
    // A clock that was set back must not put a new letter before an older one.
    const place = { at: Math.max(at, last?.at ?? 0), n: (last?.n ?? 0) + 1 };
    const letter: Letter = { text: "", files: [], what: "", answers: {}, ...l, id, ...place };
    this.letters = [...this.letters, letter];
    this.keep(letter);
    this.next();
    this.told();
  }

  /** The line stands: what was under way may be lost, so the first goes again. */
  lineUp(): void {
    this.lineDown();
    this.next();
  }

  lineDown(): void {
    clearTimeout(this.resting);
    this.underway = "";
  }

  /** The program has the letter, or the visitor gives it up. */
  done(id: string): void {
    if (!this.letters.some((l) => l.id === id)) return;
    this.letters = this.letters.filter((l) => l.id !== id);
    this.store.set(name(id), "");
    this.free(id);
  }

  /** The program did not take the letter: it goes again after a rest, or it is kept for the visitor and those behind it go on. */
  refused(id: string, why: Fault): void {
    if (id === this.underway && passing.has(why.code)) {
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.lineUp(), why.args?.retry_after ? why.args.retry_after * 1000 : rest);
      return;
    }
    this.change(id, (l) => ({ ...l, refused: why }));
  }

  /** The visitor wants a refused letter to be tried once more. */
  again(id: string): void {
    this.change(id, ({ refused: _, ...l }) => l);
  }

  /** Letters of a visitor who is somebody else now are not this one's. */
  clear(): void {
    for (const l of this.letters) this.store.set(name(l.id), "");
    this.letters = [];
    this.lineDown();
    this.told();
  }

  /** The letter that waits for its acknowledgement; empty where none does. */
  waiting(): string {
    return this.underway;
  }

  private change(id: string, to: (l: Letter) => Letter): void {
    this.letters = this.letters.map((l) => {
      if (l.id !== id) return l;
      const changed = to(l);
      this.keep(changed);
      return changed;
    });
    this.free(id);
  }

  private free(id: string): void {
    if (this.underway === id) this.lineDown();
    this.next();
    this.told();
  }

  private next(): void {
    if (this.underway) return;
    const l = this.letters.find((x) => !x.refused);
    if (l && this.send(frame(l))) this.underway = l.id;
  }

  private keep(l: Letter): void {
    this.store.set(name(l.id), JSON.stringify(l));
  }
}

/** A letter as it was kept; null for what another version or another program wrote there. */
function read(text: string): Letter | null {
  try {
    const l = JSON.parse(text) as Letter;
    return typeof l.id === "string" && typeof l.text === "string" && Array.isArray(l.files) ? l : null;
  } catch {
    return null;
  }
}
