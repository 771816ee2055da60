import type { FileRef, Part } from "../frames.ts";

/** A ticket as the holder of a link sees it; docs/chat.md is the contract. */
export interface Ticket {
  number: string;
  subject: string;
  state: "open" | "waiting_for_you" | "resolved" | "closed";
  created_at: string;
  updated_at: string;
  expires_at: string;
  can_reply: boolean;
  messages: { id: number; from: "you" | "us"; name: string; text: string; parts: Part[] | null; files: FileRef[] | null; at: string }[];
}

/** Why the program did not do something, with its own words for people; status 0 where it was not reached. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** The calls of one link. Each fails with a Refusal. */
export class Link {
  readonly path: string;
  private language: string;

  constructor(token: string, language: string) {
    this.path = `/api/v1/link/${encodeURIComponent(token)}`;
    this.language = language;
  }

  read(): Promise<Ticket> {
    return this.call("");
  }

  /** Says something; the same id says it once, however often it is called. */
  say(id: string, text: string, files: number[]): Promise<{ id: number }> {
    return this.call("/messages", { method: "POST", body: JSON.stringify({ id, text, files }), headers: { "Content-Type": "application/json" } });
  }

  upload(file: File): Promise<FileRef> {
    return this.call(`/files?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
  }

  private async call<T>(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<T> {
    const headers = { ...init.headers, "Accept-Language": this.language };
    const answer = await fetch(this.path + path, { ...init, headers }).catch(() => {
      throw new Refusal(0, "");
    });
    if (answer.ok) return (await answer.json()) as T;
    const problem = (await answer.json().catch(() => ({}))) as { detail?: string; errors?: { detail?: string }[] };
    throw new Refusal(answer.status, problem.errors?.[0]?.detail ?? problem.detail ?? "");
  }
}
