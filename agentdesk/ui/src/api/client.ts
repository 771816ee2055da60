/** What the server said no with (RFC 9457), or `code` "offline" and status 0 where it could not be reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly args: Record<string, unknown>;
  readonly fields: { field: string; code: string; detail: string }[];

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

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  args?: Record<string, unknown>;
  errors?: { field: string; code: string; detail: string }[];
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** Names the intent: the same key acts once, however often it is sent. */
  key?: string;
  signal?: AbortSignal;
}

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

/** Calls /api/v1 and gives the answer's JSON; throws a Problem. */
export async function call<T>(path: string, c: Call = {}): Promise<T> {
  const url = new URL(`/api/v1${path}`, location.origin);
  for (const [k, v] of Object.entries(c.query ?? {})) if (v !== undefined && v !== "") url.searchParams.set(k, String(v));
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language };
  const method = c.method ?? "GET";
  if (method !== "GET") headers["Idempotency-Key"] = c.key ?? newKey();
  if (c.body !== undefined) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(url, {
      method,
      headers,
      signal: c.signal ?? null,
      body: c.body === undefined ? null : JSON.stringify(c.body),
      credentials: "same-origin",
    });
  } catch (e) {
    if (c.signal?.aborted) throw e;
    throw new Problem(0, { code: "offline" });
  }
  if (!answer.ok) throw await refusal(answer, path);
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function refusal(answer: Response, path: string): Promise<Problem> {
  // The login itself answers 401 too, and there is no session to lose then.
  if (answer.status === 401 && path !== "/session") signedOut();
  const body = (await answer.json().catch(() => ({}))) as ProblemBody;
  return new Problem(answer.status, body);
}

/** Sends a file and tells how far it got (0 to 1). fetch cannot tell, XMLHttpRequest can. */
export function upload<T>(path: string, file: Blob, progress: (part: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open("POST", `/api/v1${path}`);
    x.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    x.setRequestHeader("Accept-Language", language);
    x.setRequestHeader("Idempotency-Key", newKey());
    x.upload.addEventListener("progress", (e) => e.lengthComputable && progress(e.loaded / e.total));
    x.addEventListener("load", () => {
      let body: unknown = {};
      try {
        body = JSON.parse(x.responseText);
      } catch {
        // A proxy's page instead of JSON: the status says enough.
      }
      if (x.status >= 200 && x.status < 300) resolve(body as T);
      else reject(new Problem(x.status, body as ProblemBody));
    });
    x.addEventListener("error", () => reject(new Problem(0, { code: "offline" })));
    signal.addEventListener("abort", () => {
      x.abort();
      reject(new DOMException("aborted", "AbortError"));
    });
    x.send(file);
  });
}
