import createClient from "openapi-fetch";
import { tellServerTime } from "@/parts/clock";
import type { components, paths } from "./schema.gen.ts";

type ProblemBody = Partial<components["schemas"]["Problem"]>;

/** What the server said no with (RFC 9457), or `code` "offline" and status 0 where it could not be reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly args: Record<string, unknown>;
  readonly fields: components["schemas"]["FieldProblem"][];

  constructor(status: number, body: ProblemBody) {
    super(body.detail || body.title || body.code || String(status));
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "unknown";
    this.args = body.args ?? {};
    this.fields = body.errors ?? [];
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

const root = "/api/v1";
let language = "zh-CN";
let signedOut: () => void = () => {};

/** The language in which the server words its refusals. */
export function speak(tag: string): void {
  language = tag;
}

/** What to do when the session has ended. */
export function onSignedOut(f: () => void): void {
  signedOut = f;
}

/** A fresh Idempotency-Key. crypto.randomUUID is missing on pages without TLS, getRandomValues is not. */
export function newKey(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
}

/** The typed client: every path, parameter and body is checked against the program's own description. */
export const api = createClient<paths>({ baseUrl: root, fetch: ask });

/** The body of a good answer; others never get this far, ask has thrown. */
export const body = <T>(answer: { data?: T }): T => answer.data as T;

async function ask(request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("Accept-Language", language);
  headers.set("Time-Zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
  // Named by its sender, a write that is sent again acts once.
  if (request.method !== "GET" && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", newKey());
  let answer: Response;
  try {
    answer = await fetch(new Request(request, { headers }));
  } catch (e) {
    if (request.signal.aborted) throw e;
    throw new Problem(0, { code: "offline" });
  }
  tellServerTime(answer.headers.get("Date"));
  if (answer.ok) return answer;
  // The login itself answers 401 too, and there is no session to lose then.
  if (answer.status === 401 && !request.url.endsWith("/session")) signedOut();
  throw new Problem(answer.status, (await answer.json().catch(() => ({}))) as ProblemBody);
}

/** Sends a file and tells how far it got (0 to 1). fetch cannot tell, XMLHttpRequest can. */
export function upload<T>(path: string, file: Blob, progress: (part: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open("POST", root + path);
    x.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    x.setRequestHeader("Accept-Language", language);
    x.setRequestHeader("Idempotency-Key", newKey());
    x.upload.addEventListener("progress", (e) => e.lengthComputable && progress(e.loaded / e.total));
    x.addEventListener("load", () => {
      let answer: unknown = {};
      try {
        answer = JSON.parse(x.responseText);
      } catch {
        // A proxy's page instead of JSON: the status says enough.
      }
      if (x.status >= 200 && x.status < 300) resolve(answer as T);
      else reject(new Problem(x.status, answer as ProblemBody));
    });
    x.addEventListener("error", () => reject(new Problem(0, { code: "offline" })));
    signal.addEventListener("abort", () => {
      x.abort();
      reject(new DOMException("aborted", "AbortError"));
    });
    x.send(file);
  });
}
