import { Composer, take } from "./composer.tsx";
import { Ask } from "./form.tsx";
import { Icon } from "./icons.tsx";
import { Log } from "./log.tsx";
import type { View } from "./view.ts";

/** The button in the corner, with what is unread, and the panel when it is open. */
export function App({ view }: { view: View }) {
  const { chat, say, screen, turn } = view;
  const n = screen.open ? 0 : chat.unread();
  const label = say(screen.open ? "close" : n === 0 ? "open" : n === 1 ? "unread_one" : "unread", { n });
  return (
    <div class="root" lang={chat.place.language}>
      {screen.open && <Panel view={view} />}
      <button type="button" class="launcher" aria-expanded={screen.open} aria-label={label} onClick={() => turn(!screen.open)}>
        <Icon name={screen.open ? "close" : "chat"} />
        {n > 0 && <span class="badge">{n}</span>}
      </button>
      <p class="sr" role="status">
        {n > 0 && label}
      </p>
    </div>
  );
}

/** The open chat: beside the page, or over it on a phone. */
function Panel({ view }: { view: View }) {
  const { chat, say, screen, set, turn } = view;
  const { talk, outbox, site, line } = chat;
  const { phase } = talk;
  const start = outbox.letters.find((l) => l.kind === "start");
  const began = start && !start.refused;
  const unknown = !talk.site && chat.known() && !start;
  const form = !began && (phase === "none" || (phase === "ended" && screen.fresh));
  const live = began || phase === "waiting" || phase === "talking";
  const writes = live || phase === "left";
  const status =
    phase === "talking" && talk.agent ? "with" : live ? "waiting" : phase === "left" ? (talk.call ? "called" : "kept") : phase === "ended" ? "ended" : site?.open && site.online ? "online" : "away";
  return (
    <dialog
      class="panel"
      aria-label={site?.title}
      tabIndex={-1}
      onCancel={(e) => e.preventDefault()}
      onKeyDown={(e) => {
        if (e.key === "Escape" && !e.isComposing) turn(false);
      }}
      onDragOver={(e) => {
        if (!writes) return;
        e.preventDefault();
        if (!screen.over) set({ over: true });
      }}
      onDragLeave={() => set({ over: false })}
      onDrop={(e) => {
        e.preventDefault();
        set({ over: false });
        if (writes) take(view, e.dataTransfer?.files);
      }}
    >
      <header>
        <div>
          <h2>{site?.title}</h2>
          <p>{say(status, { name: talk.agent?.name ?? "" })}</p>
        </div>
        {live && (
          <button type="button" class="end" aria-expanded={screen.ending} onClick={() => set({ ending: !screen.ending })}>
            {say("end")}
          </button>
        )}
        <button type="button" class="icon" aria-label={say("close")} onClick={() => turn(false)}>
          <Icon name="down" />
        </button>
      </header>
      <p class="banner" role="status">
        {line === "lost" ? say("lost") : line === "gone" && say("gone")}
      </p>
      {screen.ending && live && (
        <div class="bottom acts">
          <b>{say("end_sure")}</b>
          <button type="button" onClick={() => set({ ending: false })}>
            {say("end_no")}
          </button>
          <button
            type="button"
            class="main"
            onClick={() => {
              screen.ending = false;
              chat.end();
            }}
          >
            {say("end")}
          </button>
        </div>
      )}
      {unknown ? <p class="scroll event">{say("opening")}</p> : form ? <Before view={view} /> : <Log view={view} />}
      {writes && <Composer view={view} />}
      {phase === "ended" && !form && !began && (
        <div class="bottom acts">
          <p>{say("ended_more")}</p>
          <button type="button" onClick={() => save(view)}>
            {say("save")}
          </button>
          <button type="button" class="main" onClick={() => set({ fresh: true, follow: true, bad: {} })}>
            {say("fresh")}
          </button>
        </div>
      )}
      {screen.over && <p class="drop">{say("drop")}</p>}
    </dialog>
  );
}

/** What the site says and asks before a chat; where nobody can chat, the form for a message. */
function Before({ view }: { view: View }) {
  const { chat, say } = view;
  const { site, outbox } = chat;
  if (!site) return null;
  const chats = site.open && site.online;
  const before = outbox.letters.find((l) => l.kind === "start");
  // A message that nobody can answer is none: without a chat the address has to be known.
  const asked = site.questions.map((q) => (q.kind === "email" && !chats ? { ...q, required: true } : q));
  if (!chats && !asked.some((q) => q.kind === "email")) asked.push({ name: "email", kind: "email", label: say("email"), required: true });
  return (
    <div class="scroll">
      <p class="greeting words">{chats ? site.greeting : site.offline || say("offline")}</p>
      <Ask
        view={view}
        questions={asked}
        text={before?.text ?? ""}
        act={chats ? "start" : "leave"}
        answers={before?.answers ?? {}}
        refused={before?.refused}
        done={(answers, text) => {
          if (before) outbox.done(before.id);
          view.screen.fresh = false;
          chat.start(chats ? "" : "message", answers, text);
        }}
      />
    </div>
  );
}

/** Saves what was said as a text, on the visitor's own machine. */
function save({ chat: { talk, place }, say }: View): void {
  const lines = talk.messages.map(
    (m) => `${new Date(m.at).toLocaleString(place.locale)} ${m.from === "visitor" ? say("you") : m.name}: ${[m.text, ...(m.files ?? []).map((f) => f.name)].join(" ")}\n`,
  );
  const a = document.createElement("a");
  a.href = URL.createObjectURL(new Blob(lines, { type: "text/plain" }));
  a.download = "chat.txt";
  a.click();
}
