import { render } from "preact";
import type { FileRef } from "../frames.ts";
import { size, Words } from "../message.tsx";
import { newID } from "../store.ts";
import { language } from "../words.ts";
import { Link, Refusal, type Ticket } from "./ticket.ts";
import { type LinkWord, words } from "./words.ts";

// The page of a secret link: what became of a request, and an answer to it. Its address is /c/TOKEN.
const speaks = language(new URLSearchParams(location.search).get("lang") ?? "", navigator.languages) === "zh" ? "zh" : "en";
const locale = navigator.languages.find((l) => l.startsWith(speaks)) ?? speaks;
const link = new Link(location.pathname.split("/").pop() ?? "", speaks);

/** Milliseconds between looks for news while somebody reads. */
const lookEvery = 20_000;
/** Files of one answer. */
const mostFiles = 5;

interface Upload {
  name: string;
  size: number;
  ref?: FileRef;
}

/** All that the page is drawn from. */
const page = {
  ticket: null as Ticket | null,
  failed: null as Refusal | null,
  text: "",
  uploads: [] as Upload[],
  trouble: "",
  /** The answer that is being sent, by its id: what is tried again is one answer. */
  id: newID(),
  sending: false,
  sent: false,
};

const say = (word: LinkWord, fill: Record<string, string | number> = {}) => words[speaks][word].replace(/\{(\w+)\}/g, (_, k: string) => String(fill[k]));
const when = (at: string, style: "long" | "medium" = "medium") =>
  new Date(at).toLocaleString(locale, style === "long" ? { dateStyle: "long" } : { dateStyle: "medium", timeStyle: "short" });

function set(to: Partial<typeof page>) {
  Object.assign(page, to);
  const { ticket } = page;
  document.title = ticket ? `${ticket.number} ${ticket.subject}` : say("title");
  render(<Page />, document.body);
}

async function look() {
  try {
    set({ ticket: await link.read(), failed: null });
  } catch (e) {
    // What is on the page stays; a link that was ended says so.
    const failed = e as Refusal;
    if (failed.status === 404) set({ ticket: null, failed });
    else if (!page.ticket) set({ failed });
  }
}

function take(list: FileList | null) {
  set({ trouble: "", sent: false });
  for (const file of list ?? []) {
    if (page.uploads.length >= mostFiles) {
      set({ trouble: say("too_many", { n: mostFiles }) });
      return;
    }
    const upload: Upload = { name: file.name, size: file.size };
    set({ uploads: [...page.uploads, upload] });
    link.upload(file).then(
      (ref) => {
        upload.ref = ref;
        set({});
      },
      (e: Refusal) => set({ uploads: page.uploads.filter((u) => u !== upload), trouble: `${say("file_failed", { name: file.name })} ${e.message}` }),
    );
  }
}

async function send(e: Event) {
  e.preventDefault();
  const files = page.uploads.flatMap((u) => u.ref?.id ?? []);
  if (page.sending || files.length < page.uploads.length || (!page.text.trim() && files.length === 0)) return;
  set({ sending: true, trouble: "", sent: false });
  try {
    await link.say(page.id, page.text.trim(), files);
    set({ sending: false, sent: true, text: "", uploads: [], id: newID() });
    await look();
  } catch (err) {
    set({ sending: false, trouble: (err as Refusal).message || say("not_sent") });
  }
}

function Page() {
  const { ticket, failed } = page;
  if (!ticket) {
    const kind = failed?.status === 404 ? "ended" : "failed";
    return (
      <main class="alone">
        {failed ? (
          <div role="alert">
            <h1>{say(kind)}</h1>
            <p>{say(`${kind}_more`)}</p>
            {kind === "failed" && (
              <button type="button" onClick={look}>
                {say("again")}
              </button>
            )}
          </div>
        ) : (
          <h1>{say("loading")}</h1>
        )}
      </main>
    );
  }
  return (
    <main>
      <header>
        <p class="top">
          <span>{say("number", { n: ticket.number })}</span>
          <a href={`?lang=${speaks === "zh" ? "en" : "zh"}`} lang={speaks === "zh" ? "en" : "zh-CN"}>
            {say("other")}
          </a>
        </p>
        <h1>{ticket.subject}</h1>
        <p class="state" data-state={ticket.state}>
          {say(ticket.state)}
        </p>
        <p class="dim">{say("created", { at: when(ticket.created_at) })}</p>
      </header>
      <ol aria-label={say("log")}>
        {ticket.messages.map((m) => (
          <li key={m.id} class={m.from}>
            <article>
              <p class="by">
                <b>{m.from === "you" ? say("you") : m.name || say("us")}</b> <time dateTime={m.at}>{when(m.at)}</time>
              </p>
              {m.text && <Words text={m.text} parts={m.parts} />}
              {m.files?.map((f) => (
                <p key={f.id}>
                  <a href={`${link.path}/files/${f.id}`} download={f.name}>
                    {f.name}
                  </a>{" "}
                  <small>{size(f.size)}</small>
                </p>
              ))}
            </article>
          </li>
        ))}
      </ol>
      {ticket.messages.length === 0 && <p class="dim">{say("nothing")}</p>}
      {ticket.can_reply ? <Answer state={ticket.state} /> : <p class="dim">{say("cannot_reply")}</p>}
      <p class="dim">{say("until", { at: when(ticket.expires_at, "long") })}</p>
    </main>
  );
}

function Answer({ state }: { state: Ticket["state"] }) {
  return (
    <form onSubmit={send}>
      <label for="answer">{say("answer")}</label>
      <textarea id="answer" rows={5} maxLength={20_000} value={page.text} onInput={(e) => set({ text: e.currentTarget.value, sent: false })} />
      {page.uploads.map((u, i) => (
        <p key={i} class="upload" aria-busy={!u.ref}>
          <span>{u.name}</span> <small>{u.ref ? size(u.size) : say("uploading")}</small>
          <button type="button" aria-label={say("remove", { name: u.name })} onClick={() => set({ uploads: page.uploads.filter((x) => x !== u) })}>
            ×
          </button>
        </p>
      ))}
      {page.trouble && (
        <p class="wrong" role="alert">
          {page.trouble}
        </p>
      )}
      <div class="acts">
        <label class="attach">
          <input
            type="file"
            multiple
            onChange={({ currentTarget: field }) => {
              take(field.files);
              field.value = "";
            }}
          />
          {say("attach")}
        </label>
        <button class="main">{say(page.sending ? "sending" : "send")}</button>
      </div>
      <p class="dim" role="status">
        {page.sent ? say("sent") : (state === "resolved" || state === "closed") && say("reopens")}
      </p>
    </form>
  );
}

document.documentElement.lang = speaks === "zh" ? "zh-CN" : "en";
set({});
void look();
setInterval(() => document.visibilityState === "visible" && !page.failed && void look(), lookEvery);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void look());
