import type { ClientFrame, ServerFrame } from "./frames.ts";

/** off: not wanted; opening: the first try; up: welcomed; lost: being tried again; gone: the site is no more. */
export type LineState = "off" | "opening" | "up" | "lost" | "gone";

/** Milliseconds. */
const firstWait = 500;
const longestWait = 30_000;
const welcomeWithin = 10_000;
const pongWithin = 5000;
const beat = 10_000;
/** A line on which nothing was heard for so long is asked whether it lives. */
const quiet = 40_000;

/** Close codes of docs/chat.md. */
const siteGone = 4404;
const tooManyLines = 4409;

/**
 * How long to wait before try number n (0 first), in milliseconds: doubled each time up to half a minute, and spread by
 * half, so that the visitors of a program that was started again do not all come at once.
 */
export function backoff(n: number, chance: number): number {
  return Math.min(longestWait, firstWait * 2 ** Math.min(n, 10)) * (0.5 + chance / 2);
}

/** What a line needs of its owner. */
export interface LineEnds {
  url: string;
  /** The first frame of every connection: who and from which message on. */
  hello(): ClientFrame;
  heard(f: ServerFrame): void;
  changed(s: LineState): void;
}

/** A websocket that comes back: after a cut, a night's sleep, another network. */
export class Line {
  state: LineState = "off";
  private ends: LineEnds;
  private socket: WebSocket | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private beating: ReturnType<typeof setInterval> | undefined;
  /** When the last frame came, milliseconds of this browser's clock. */
  private last = 0;

  constructor(ends: LineEnds) {
    this.ends = ends;
  }

  start(): void {
    if (this.state !== "off") return;
    this.become("opening");
    this.beating = setInterval(() => {
      if (Date.now() - this.last > quiet) this.ask();
    }, beat);
    this.connect();
  }

  stop(): void {
    this.end("off");
  }

  /** Puts a frame on the line; false where it does not stand. */
  send(f: ClientFrame): boolean {
    if (this.state !== "up" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(f));
    return true;
  }

  /** The network is there again, or somebody looks: a lost line is tried at once, and one that stands is asked. */
  wake(): void {
    if (this.state === "lost") this.connect();
    else this.ask();
  }

  /** The line does not do what it should: a new one. */
  renew(): void {
    if (this.state === "off" || this.state === "gone") return;
    this.become("lost");
    this.connect();
  }

  /** A line that slept or changed networks can be dead without a word. */
  private ask(): void {
    if (!this.send({ type: "ping" })) return;
    this.wait(pongWithin, () => this.renew());
  }

  private wait(ms: number, then: () => void): void {
    clearTimeout(this.patience);
    this.patience = setTimeout(then, ms);
  }

  private connect(): void {
    this.drop();
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.ends.url);
    } catch {
      // A policy of the page that does not allow the address throws in some browsers.
      this.later();
      return;
    }
    this.socket = socket;
    this.wait(welcomeWithin, () => this.fell(0));
    socket.onopen = () => socket.send(JSON.stringify(this.ends.hello()));
    socket.onclose = (e) => this.fell(e.code);
    socket.onmessage = (e) => {
      const f = parse(e.data);
      if (!f) return;
      this.last = Date.now();
      if (f.type === "welcome") this.tries = 0;
      if (f.type === "welcome" || this.state === "up") clearTimeout(this.patience);
      this.ends.heard(f);
      // The owner may have dropped the line over what it heard.
      if (f.type === "welcome" && this.socket === socket) this.become("up");
    };
  }

  private fell(code: number): void {
    this.drop();
    if (code === siteGone) {
      this.end("gone");
      return;
    }
    if (code === tooManyLines) this.tries = 10;
    this.later();
  }

  private later(): void {
    this.become("lost");
    this.retry = setTimeout(() => this.connect(), backoff(this.tries++, Math.random()));
  }

  private end(s: "off" | "gone"): void {
    clearInterval(this.beating);
    this.drop();
    this.become(s);
  }

  private drop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.patience);
    const s = this.socket;
    this.socket = null;
    if (s) {
      s.onopen = s.onclose = s.onmessage = null;
      s.close();
    }
  }

  private become(s: LineState): void {
    if (this.state === s) return;
    this.state = s;
    this.ends.changed(s);
  }
}

function parse(data: unknown): ServerFrame | null {
  try {
    const f: unknown = JSON.parse(String(data));
    return typeof f === "object" && f !== null && "type" in f ? (f as ServerFrame) : null;
  } catch {
    return null;
  }
}
