/** What the server tells of a change: its name and its object, never its content. */
export interface LiveEvent {
  seq: number;
  kind: string;
  object: string;
  topic?: string;
}

export interface Viewer {
  id: number;
  name: string;
  typing: boolean;
}

/** How the visitor of a chat is: whether he is there and writes, and up to which message he has read. */
export interface Visitor {
  typing: boolean;
  online: boolean;
  read_upto: number;
}

/** What is offered, in short; the rest is fetched. */
export interface OfferFrame {
  /** The offer's. */
  id: number;
  object: string;
  auto: boolean;
}

/** up: events flow. connecting: not yet, for the first time. lost: they did, and will again. */
export type Line = "connecting" | "up" | "lost";

export interface SocketOptions {
  url: string;
  open: (url: string) => WebSocket;
  /** Strictly rising, none twice. */
  event: (e: LiveEvent) => void;
  /** What was read before is of unknown age: read it again. Also after the first welcome. */
  reset: () => void;
  live: (object: string, viewers: Viewer[], visitor: Visitor | undefined) => void;
  offer: (o: OfferFrame) => void;
  presence: (agent: number, state: string, reason: string) => void;
  line: (state: Line) => void;
  /** A connection was refused before it stood; the session may be over. */
  refused: () => void;
  random?: () => number;
  /** How often the line is tried for life, and how long an answer may take, in ms. */
  beat?: number;
  patience?: number;
}

interface Waiting {
  done: () => void;
  fail: (e: Error) => void;
}

const firstDelay = 400;
const longestDelay = 15_000;
const usualBeat = 20_000;
const usualPatience = 5_000;

/**
 * The desk's line to the server. It keeps the cursor, so that whatever happened while the line was down arrives once,
 * in order, when it stands again, and it notices a line that died without a word (a laptop that slept).
 */
export class DeskSocket {
  private readonly o: SocketOptions;
  private ws: WebSocket | null = null;
  private seq = 0;
  private welcomed = false;
  private tries = 0;
  private nextId = 1;
  private closed = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private readonly watched = new Map<string, number>();
  private readonly silent = new Set<string>();
  private mood: { state: string; reason: string } | null = null;

  constructor(o: SocketOptions) {
    this.o = o;
  }

  start(): void {
    this.o.line("connecting");
    this.connect();
    this.pulse = setInterval(() => void this.probe(), this.o.beat ?? usualBeat);
  }

  stop(): void {
    this.closed = true;
    clearTimeout(this.retry);
    clearInterval(this.pulse);
    this.ws?.close();
  }

  /** Tries at once instead of waiting for the next turn: the network or the person came back. */
  wake(): void {
    if (this.closed) return;
    if (this.ws) void this.probe();
    else {
      clearTimeout(this.retry);
      this.connect();
    }
  }

  /** Asks for the viewers of an object until the returned function is called; silent: without being one of them. */
  watch(object: string, silent = false): () => void {
    const n = this.watched.get(object) ?? 0;
    this.watched.set(object, n + 1);
    if (silent) this.silent.add(object);
    else this.silent.delete(object);
    if (n === 0) this.look(object);
    return () => {
      const left = (this.watched.get(object) ?? 1) - 1;
      if (left > 0) this.watched.set(object, left);
      else {
        this.watched.delete(object);
        this.silent.delete(object);
        this.send({ type: "unwatch", object });
      }
    };
  }

  private look(object: string): void {
    this.send({ type: "watch", object, ...(this.silent.has(object) ? { silent: true } : {}) });
  }

  typing(object: string, on: boolean): void {
    this.send({ type: "typing", object, on });
  }

  /** Kept over a lost line: a colleague who was ready is ready again when he is back. */
  presence(state: string, reason: string): Promise<void> {
    this.mood = { state, reason };
    return this.ask({ type: "presence", state, reason });
  }

  /** Sends and waits until the server answers this very message. */
  ask(message: Record<string, unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      const timer = setTimeout(() => settle(() => reject(new Error("timeout"))), this.o.patience ?? usualPatience);
      const settle = (f: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        f();
      };
      this.waiting.set(id, { done: () => settle(resolve), fail: (e) => settle(() => reject(e)) });
      if (!this.send({ ...message, id })) this.waiting.get(id)?.fail(new Error("offline"));
    });
  }

  private send(message: object): boolean {
    if (this.ws?.readyState !== socketOpen || !this.welcomed) return false;
    this.ws.send(JSON.stringify(message));
    return true;
  }

  private connect(): void {
    const ws = this.o.open(this.o.url);
    let stood = false;
    this.ws = ws;
    ws.addEventListener("open", () => {
      stood = true;
      ws.send(JSON.stringify({ type: "hello", after: this.seq }));
    });
    ws.addEventListener("message", (m) => ws === this.ws && this.take(JSON.parse(String(m.data)) as Incoming));
    ws.addEventListener("close", () => {
      if (ws !== this.ws) return;
      if (!stood && !this.closed) this.o.refused();
      this.lose();
    });
  }

  /** Full jitter: after a restart of the server a thousand desks do not come back in the same instant. */
  private lose(): void {
    this.ws = null;
    this.welcomed = false;
    for (const w of this.waiting.values()) w.fail(new Error("offline"));
    if (this.closed) return;
    this.o.line(this.seq === 0 && this.tries === 0 ? "connecting" : "lost");
    const most = Math.min(longestDelay, firstDelay * 2 ** this.tries++);
    this.retry = setTimeout(() => this.connect(), (this.o.random ?? Math.random)() * most);
  }

  private async probe(): Promise<void> {
    const ws = this.ws;
    if (ws?.readyState !== socketOpen || !this.welcomed) return;
    try {
      await this.ask({ type: "ping" });
    } catch (e) {
      // Any answer proves the line; only silence does not. close() would wait for a peer that is gone.
      if ((e as Error).message !== "timeout" || ws !== this.ws) return;
      ws.close();
      this.lose();
    }
  }

  private take(m: Incoming): void {
    switch (m.type) {
      case "welcome":
        this.welcome(m.seq);
        break;
      case "event":
        if (m.seq <= this.seq) return;
        this.seq = m.seq;
        this.o.event(m);
        break;
      case "reset":
        this.seq = m.seq;
        this.o.reset();
        break;
      case "live":
        this.o.live(m.object, m.viewers, m.visitor);
        break;
      case "offer":
        this.o.offer(m);
        break;
      case "presence":
        this.o.presence(m.agent, m.state, m.reason ?? "");
        break;
      case "ok":
        this.waiting.get(m.id)?.done();
        break;
      case "error":
        this.waiting.get(m.id)?.fail(new Error(m.code));
        break;
    }
  }

  private welcome(seq: number): void {
    const first = this.seq === 0;
    this.welcomed = true;
    this.tries = 0;
    if (first) {
      this.seq = seq;
      // Whatever was read before the cursor stood may have changed since.
      this.o.reset();
    }
    for (const object of this.watched.keys()) this.look(object);
    if (this.mood) this.send({ type: "presence", ...this.mood });
    this.o.line("up");
  }
}

const socketOpen = 1;

type Incoming =
  | { type: "welcome"; seq: number }
  | ({ type: "event" } & LiveEvent)
  | { type: "reset"; seq: number }
  | { type: "live"; object: string; viewers: Viewer[]; visitor?: Visitor }
  | ({ type: "offer" } & OfferFrame)
  | { type: "presence"; agent: number; state: string; reason?: string }
  | { type: "ok"; id: number }
  | { type: "error"; id: number; code: string };
