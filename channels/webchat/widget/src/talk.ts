import type { Agent, Choice, MessageFrame, Phase, ServerFrame, Site, Visitor } from "./frames.ts";

/** A chat as its visitor sees it: nothing but what the program said. */
export interface Talk {
  site: Site | null;
  visitor: Visitor | null;
  phase: Phase;
  agent: Agent | null;
  /** An answer can reach the visitor by mail when he is gone. */
  mail: boolean;
  /** The visitor asked to be called. */
  call: boolean;
  /** In the order of the program. */
  messages: MessageFrame[];
  /** The last message that is here: where the next connection goes on. */
  seq: number;
  /** How far the visitor's messages have come. */
  delivered: number;
  read: number;
  /** Who writes just now. */
  typing: string;
  place: { n: number; wait: number | null; choices: Choice[] } | null;
}

export const silence: Talk = {
  site: null, visitor: null, phase: "none", agent: null, mail: false, call: false, messages: [], seq: 0, delivered: 0, read: 0, typing: "", place: null,
};

/** The talk after a frame. Frames that come twice change nothing that is there. */
export function hear(t: Talk, f: ServerFrame): Talk {
  switch (f.type) {
    case "welcome":
      // Who writes is not remembered over a cut: it is said again.
      return moved({ ...t, site: f.site, visitor: f.visitor, typing: "" }, f.state, f.agent);
    case "state":
      return moved({ ...t, mail: f.can_mail ?? t.mail, call: f.call ?? t.call }, f.state, f.agent);
    case "message":
      return add(t, f);
    case "typing":
      return { ...t, typing: f.on ? f.name : "" };
    case "delivered":
      return { ...t, delivered: Math.max(t.delivered, f.upto) };
    case "read":
      return { ...t, delivered: Math.max(t.delivered, f.upto), read: Math.max(t.read, f.upto) };
    case "queue":
      return { ...t, place: { n: f.place, wait: f.wait_s, choices: f.choices ?? [] } };
    case "reset":
      return { ...t, messages: [], seq: 0, delivered: 0, read: 0 };
    default:
      return t;
  }
}

function moved(t: Talk, phase: Phase, agent: Agent | null): Talk {
  return { ...t, phase, agent, place: phase === "waiting" ? t.place : null, typing: phase === "talking" ? t.typing : "" };
}

function add(t: Talk, m: MessageFrame): Talk {
  if (t.messages.some((x) => x.seq === m.seq)) return t;
  const messages = [...t.messages, m];
  if (m.seq < t.seq) messages.sort((a, b) => a.seq - b.seq);
  return { ...t, messages, seq: Math.max(t.seq, m.seq), typing: m.from === "agent" ? "" : t.typing };
}

/** The messages of the other side after one that the visitor has seen. */
export function unread(t: Talk, seen: number): number {
  return t.messages.filter((m) => m.from === "agent" && m.seq > seen).length;
}
