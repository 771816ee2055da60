import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type WebSocket as Peer, WebSocketServer, WebSocket as Client } from "ws";
import { DeskSocket, type SocketOptions } from "./socket.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

interface Said {
  type: string;
  id?: number;
  [k: string]: unknown;
}

/** A server to talk to by hand: each connection in turn, and what the desk says on it in turn. */
async function server() {
  const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(wss, "listening");
  ends.push(() => wss.close());
  const connections = queue<ReturnType<typeof peer>>();
  wss.on("connection", (ws) => connections.put(peer(ws)));
  return { url: `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`, next: connections.take };
}

function peer(ws: Peer) {
  const said = queue<Said>();
  ws.on("message", (m) => said.put(JSON.parse(String(m)) as Said));
  ends.push(() => ws.terminate());
  return { said: said.take, say: (m: object) => ws.send(JSON.stringify(m)), cut: () => ws.terminate() };
}

function queue<T>() {
  const ready: T[] = [];
  const waiting: ((v: T) => void)[] = [];
  return {
    put(v: T) {
      const w = waiting.shift();
      if (w) w(v);
      else ready.push(v);
    },
    take: () => new Promise<T>((resolve) => (ready.length ? resolve(ready.shift() as T) : waiting.push(resolve))),
  };
}

function desk(url: string, more: Partial<SocketOptions> = {}) {
  const log = queue<string>();
  const socket = new DeskSocket({
    url,
    // A browser drops errors nobody listens to, ws throws them.
    open: (u) => new Client(u).on("error", () => {}) as unknown as WebSocket,
    random: () => 0,
    event: (e) => log.put(`event ${e.seq} ${e.object}`),
    reset: () => log.put("reset"),
    offer: (o) => log.put(`offer ${o.id}`),
    live: (object, viewers) => log.put(`live ${object} ${viewers.map((v) => v.name).join(",")}`),
    presence: (agent, state) => log.put(`presence ${agent} ${state}`),
    line: (s) => log.put(s),
    refused: () => log.put("refused"),
    ...more,
  });
  socket.start();
  ends.push(() => socket.stop());
  return { socket, log: log.take };
}

const event = (seq: number) => ({ type: "event", seq, kind: "message.added", object: `ticket:${seq}`, topic: "queue:1" });

test("events come in order and none twice, over a line that breaks", async () => {
  const s = await server();
  const d = desk(s.url);
  const first = await s.next();
  expect(await d.log()).toBe("connecting");
  expect(await first.said()).toEqual({ type: "hello", after: 0 });
  first.say({ type: "welcome", seq: 100, agent: { id: 1 } });
  expect(await d.log()).toBe("reset");
  expect(await d.log()).toBe("up");
  first.say(event(101));
  first.say(event(103));
  first.say(event(103));
  expect(await d.log()).toBe("event 101 ticket:101");
  expect(await d.log()).toBe("event 103 ticket:103");
  first.cut();
  expect(await d.log()).toBe("lost");

  const second = await s.next();
  expect(await second.said()).toEqual({ type: "hello", after: 103 });
  second.say({ type: "welcome", seq: 110, agent: { id: 1 } });
  expect(await d.log()).toBe("up");
  for (const seq of [103, 105, 110]) second.say(event(seq));
  expect(await d.log()).toBe("event 105 ticket:105");
  expect(await d.log()).toBe("event 110 ticket:110");
});

test("a cursor that is too old makes the desk read everything again", async () => {
  const s = await server();
  const d = desk(s.url);
  const first = await s.next();
  first.say({ type: "welcome", seq: 5 });
  first.say({ type: "reset", seq: 900 });
  first.cut();
  const second = await s.next();
  expect(await second.said()).toEqual({ type: "hello", after: 900 });
  const log = [];
  for (let i = 0; i < 5; i++) log.push(await d.log());
  expect(log).toEqual(["connecting", "reset", "up", "reset", "lost"]);
});

test("what is watched and how one is stay known over a lost line", async () => {
  const s = await server();
  const d = desk(s.url);
  const first = await s.next();
  await first.said();
  first.say({ type: "welcome", seq: 1 });
  while ((await d.log()) !== "up");
  const leave = d.socket.watch("ticket:42");
  const leaveToo = d.socket.watch("ticket:42");
  expect(await first.said()).toEqual({ type: "watch", object: "ticket:42" });
  const ready = d.socket.presence("ready", "");
  const asked = await first.said();
  expect(asked).toMatchObject({ type: "presence", state: "ready" });
  first.say({ type: "ok", id: asked.id });
  await ready;
  first.cut();

  const second = await s.next();
  expect(await second.said()).toEqual({ type: "hello", after: 1 });
  second.say({ type: "welcome", seq: 1 });
  expect(await second.said()).toEqual({ type: "watch", object: "ticket:42" });
  expect(await second.said()).toEqual({ type: "presence", state: "ready", reason: "" });
  leave();
  leaveToo();
  expect(await second.said()).toEqual({ type: "unwatch", object: "ticket:42" });
});

test("a refusal reaches whoever asked", async () => {
  const s = await server();
  const d = desk(s.url);
  const first = await s.next();
  await first.said();
  first.say({ type: "welcome", seq: 1 });
  while ((await d.log()) !== "up");
  const asked = d.socket.presence("away", "");
  first.say({ type: "error", id: (await first.said()).id, code: "invalid", detail: "" });
  await expect(asked).rejects.toThrow("invalid");
});

test("a line that is silent is given up for a new one", async () => {
  const s = await server();
  const d = desk(s.url, { beat: 20, patience: 20 });
  const first = await s.next();
  await first.said();
  first.say({ type: "welcome", seq: 7 });
  expect(await first.said()).toMatchObject({ type: "ping" });
  const second = await s.next();
  expect(await second.said()).toEqual({ type: "hello", after: 7 });
  while ((await d.log()) !== "lost");
});

test("a server that refuses is told apart from a line that broke", async () => {
  const d = desk("ws://127.0.0.1:9");
  expect(await d.log()).toBe("connecting");
  expect(await d.log()).toBe("refused");
});
