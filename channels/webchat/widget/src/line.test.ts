import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ServerFrame } from "./frames.ts";
import { backoff, Line, type LineState } from "./line.ts";

/** A browser's websocket, driven by the test. */
class Socket {
  static all: Socket[] = [];
  static readonly OPEN = 1;
  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onclose: ((e: { code: number }) => void) | null = null;
  onmessage: ((e: { data: string }) => void) | null = null;
  url: string;
  constructor(url: string) {
    this.url = url;
    Socket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  says(f: object) {
    this.onmessage?.({ data: JSON.stringify(f) });
  }
  falls(code = 1006) {
    this.onclose?.({ code });
  }
}

const welcome = { type: "welcome", token: "t", seq: 0, state: "none", agent: null } as unknown as ServerFrame;
const last = () => Socket.all.at(-1) as Socket;

beforeEach(() => {
  Socket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open() {
  const states: LineState[] = [];
  const heard: string[] = [];
  let after = 0;
  const line = new Line({
    url: "ws://desk.example/ws/chat/demo",
    hello: () => ({ type: "hello", token: "t", after, lang: "en", page: "", identity: "" }),
    heard: (f) => heard.push(f.type),
    changed: (s) => states.push(s),
  });
  line.start();
  return { line, states, heard, saw: (n: number) => (after = n) };
}
function up() {
  const w = open();
  last().opens();
  last().says(welcome);
  return w;
}

test("a line says hello, and stands when it is welcomed", () => {
  const w = open();
  expect(w.line.send({ type: "ping" })).toBe(false);
  last().opens();
  expect(last().sent).toEqual([{ type: "hello", token: "t", after: 0, lang: "en", page: "", identity: "" }]);
  last().says(welcome);
  expect(w.line.send({ type: "typing", on: true })).toBe(true);
  expect(w.states).toEqual(["opening", "up"]);
});

test("a line that falls comes back with the cursor of what was seen", () => {
  const w = up();
  w.saw(12);
  last().falls();
  expect(w.line.send({ type: "ping" })).toBe(false);
  vi.advanceTimersByTime(500);
  last().opens();
  expect(last().sent).toMatchObject([{ type: "hello", after: 12 }]);
  last().says(welcome);
  expect(w.states).toEqual(["opening", "up", "lost", "up"]);
});

test("tries come at longer and longer distances, at most half a minute, and spread", () => {
  for (let n = 0; n < 2000; n++) {
    const [low, high] = [backoff(n, 0), backoff(n, 1)];
    expect(low).toBe(high / 2);
    expect(high).toBe(Math.min(30_000, 500 * 2 ** n));
  }
});

test("a program that is away is tried until it is there, and a wake does not wait", () => {
  const w = open();
  for (let i = 0; i < 20; i++) {
    last().falls();
    vi.advanceTimersByTime(30_000);
  }
  expect(Socket.all.length).toBeGreaterThan(20);
  last().falls();
  const before = Socket.all.length;
  w.line.wake();
  expect(Socket.all.length).toBe(before + 1);
  last().opens();
  last().says(welcome);
  expect(w.line.state).toBe("up");
});

test("a welcome that does not come is a line that fell", () => {
  open();
  last().opens();
  vi.advanceTimersByTime(10_000);
  vi.advanceTimersByTime(1000);
  expect(Socket.all.length).toBe(2);
});

test("a line that is silent after a night's sleep is asked, and given up when it does not answer", () => {
  const w = up();
  vi.setSystemTime(Date.now() + 8 * 3600_000);
  vi.advanceTimersByTime(10_000);
  expect(last().sent.at(-1)).toEqual({ type: "ping" });
  vi.advanceTimersByTime(5000);
  expect(w.line.state).toBe("lost");
  expect(Socket.all.length).toBe(2);
});

test("a line that answers is kept", () => {
  const w = up();
  w.line.wake();
  last().says({ type: "pong" });
  vi.advanceTimersByTime(6000);
  expect(Socket.all.length).toBe(1);
  expect(w.line.state).toBe("up");
});

test("a site that is gone is not asked for again; too many tabs come back late", () => {
  const gone = up();
  last().falls(4404);
  vi.advanceTimersByTime(120_000);
  expect(gone.line.state).toBe("gone");
  expect(Socket.all.length).toBe(1);
  up();
  last().falls(4409);
  vi.advanceTimersByTime(14_000);
  expect(Socket.all.length).toBe(2);
  vi.advanceTimersByTime(17_000);
  expect(Socket.all.length).toBe(3);
});

test("frames that are none are not heard", () => {
  const w = up();
  last().onmessage?.({ data: "not JSON" });
  last().onmessage?.({ data: "null" });
  last().says({ type: "pong" });
  expect(w.heard).toEqual(["welcome", "pong"]);
});
