/** What crosses the line between a visitor's browser and the program; docs/chat.md is the contract. */

import type { WordList } from "./words.ts";

/** A question that the site asks before a chat; `when` is asked by the form for a call alone. */
export interface Question {
  name: string;
  kind: "name" | "email" | "phone" | "subject" | "serial" | "text" | "choice" | "when";
  label: string;
  required: boolean;
  options?: { value: string; label: string }[];
}

/** How a site looks and what it says, in the visitor's language. */
export interface Site {
  site: string;
  title: string;
  colour: string;
  greeting: string;
  /** Stands above the form where nobody can chat. */
  offline: string;
  questions: Question[];
  /** Within the hours of the site. */
  open: boolean;
  /** Somebody is there who could answer. */
  online: boolean;
  files: { max: number; at_once: number; types: string[] };
}

/** What is asked for before anything is drawn: the site, and the widget's own words in the visitor's language. */
export type Config = Site & { words: WordList };

export interface FileRef {
  id: number;
  name: string;
  type: string;
  /** Bytes. */
  size: number;
  /** From the program's root, signed, good for a day; not on what was just uploaded. */
  url?: string;
  picture?: boolean;
}

/** A piece of a text: words, or words that lead to an address. */
export interface Part {
  text: string;
  href?: string;
}

export type Phase = "none" | "waiting" | "talking" | "left" | "ended";
export type Answers = Record<string, string>;
export type Choice = "message" | "callback" | "mail";
export interface Agent {
  name: string;
}

/** Who the visitor is, as far as the program was told; verified where the host site signed for it. */
export interface Visitor {
  verified: boolean;
  name: string;
  email: string;
  phone: string;
}

export interface MessageFrame {
  type: "message";
  seq: number;
  /** The visitor's own id of the message, where it is his. */
  id: string;
  from: "visitor" | "agent" | "system";
  name: string;
  text: string;
  parts: Part[] | null;
  files: FileRef[] | null;
  at: string;
}

export interface Fault {
  code: string;
  /** For people, in the visitor's language. */
  detail: string;
  args?: { field?: string; retry_after?: number } | null;
}

export type ServerFrame =
  | { type: "welcome"; token: string; seq: number; site: Site; state: Phase; agent: Agent | null; visitor: Visitor }
  | MessageFrame
  | { type: "ok"; id: string; seq: number }
  | ({ type: "error"; id?: string } & Fault)
  | { type: "typing"; on: boolean; name: string }
  | { type: "delivered" | "read"; upto: number }
  | { type: "queue"; place: number; wait_s: number | null; choices: Choice[] | null }
  | { type: "state"; state: Phase; agent: Agent | null; can_mail?: boolean; call?: boolean }
  | { type: "reset" }
  | { type: "pong" };

export type ClientFrame =
  | { type: "hello"; token: string; after: number; lang: string; page: string; identity: string }
  | { type: "start"; id: string; what: Choice | ""; answers: Answers; text: string; files: number[] }
  | { type: "message"; id: string; text: string; files: number[] }
  | { type: "choose"; id: string; what: Choice; answers: Answers }
  | { type: "end"; id: string }
  | { type: "typing"; on: boolean }
  | { type: "received" | "read"; upto: number }
  | { type: "ping" };
