import { Fragment } from "preact";
import { Ask } from "./form.tsx";
import type { Choice, Question } from "./frames.ts";
import { Icon } from "./icons.tsx";
import { Bubble, File, Words } from "./message.tsx";
import type { Letter } from "./outbox.ts";
import type { View } from "./view.ts";

/** Pixels from the end within which somebody still reads the end. */
const near = 40;

/** What was said, in order; below it what is on its way, and how things stand. */
export function Log({ view }: { view: View }) {
  const { chat, say, screen } = view;
  const { talk, place, outbox } = chat;
  const { locale, base } = place;
  const letters = [...chat.sent, ...outbox.letters].filter((l) => l.text || l.files[0]);
  const last = talk.messages.findLast((m) => m.from === "visitor")?.seq ?? 0;
  const mark = last <= talk.read ? "read" : last <= talk.delivered ? "delivered" : "sent";
  const clock = (at: string | number) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  let who = "";
  let day = new Date().toDateString();
  return (
    <div
      class="scroll"
      tabIndex={0}
      role="log"
      aria-label={say("log")}
      onScroll={({ currentTarget: b }) => {
        const follow = b.scrollHeight - b.scrollTop - b.clientHeight < near;
        if (follow !== screen.follow) view.set({ follow });
      }}
    >
      <ol>
        {talk.messages.map((m) => {
          const at = new Date(m.at);
          const fresh = at.toDateString() !== day;
          const first = fresh || m.from + m.name !== who;
          day = at.toDateString();
          who = m.from + m.name;
          return (
            <Fragment key={m.seq}>
              {fresh && <li class="event">{at.toLocaleDateString(locale, { dateStyle: "long" })}</li>}
              {m.from === "system" ? (
                <li class="event">
                  <Words text={m.text} parts={m.parts} />
                </li>
              ) : (
                <Bubble mine={m.from === "visitor"} by={m.from === "visitor" ? say("you") : m.name} first={first} foot={[clock(m.at), m.seq === last && ` · ${say(mark)}`]}>
                  {m.text && <Words text={m.text} parts={m.parts} />}
                  {m.files?.map((f) => (
                    <File key={f.id} file={f} base={base} loaded={() => view.set({})} />
                  ))}
                </Bubble>
              )}
            </Fragment>
          );
        })}
        {letters.map((l) => (
          <Bubble key={l.id} mine by={say("you")} first={who !== (who = "visitor")} foot={<Way letter={l} view={view} />}>
            {l.text && <Words text={l.text} />}
            {l.files.map((f) => (
              <File key={f.id} file={f} base={base} />
            ))}
          </Bubble>
        ))}
        {talk.phase === "waiting" && <Waiting view={view} />}
        {talk.phase === "left" && talk.mail && <li class="event">{say("left")}</li>}
      </ol>
      <p class="event" role="status">
        {talk.typing && say("typing", { name: talk.typing })}
      </p>
      {!screen.follow && chat.unread() > 0 && (
        <button type="button" class="main below" onClick={() => view.set({ follow: true })}>
          {say("new")} <Icon name="down" />
        </button>
      )}
    </div>
  );
}

/** What is known of a letter that is on its way, and what can be done where it was refused. */
function Way({ letter: l, view: { chat, say } }: { letter: Letter; view: View }) {
  if (!l.refused) return <Fragment>{say(chat.sent.includes(l) ? "sent" : "sending")}</Fragment>;
  return (
    <span class="wrong" role="alert">
      {say("not_sent")}: {l.refused.detail}{" "}
      <button type="button" class="link" onClick={() => chat.outbox.again(l.id)}>
        {say("again")}
      </button>{" "}
      <button type="button" class="link" onClick={() => chat.outbox.done(l.id)}>
        {say("discard")}
      </button>
    </span>
  );
}

/** The visitor's place among those who wait, how long it may take, and what he can have instead. */
function Waiting({ view }: { view: View }) {
  const { chat, say } = view;
  const { place } = chat.talk;
  const { what } = view.screen;
  const asked = chat.outbox.letters.find((l) => l.kind === "choose");
  if (!place || (asked && !asked.refused)) return null;
  const wait = place.wait ?? -1;
  const call = what === "callback";
  const kind = call ? "phone" : "email";
  const questions: Question[] = [{ name: kind, kind, label: say(kind), required: true }];
  if (call) questions.push({ name: "when", kind: "when", label: say("when"), required: false });
  return (
    <li class="card">
      <p role="status">
        <b>{say(place.n === 1 ? "next" : "place", { n: place.n })}</b>
        <br />
        {say(wait < 0 ? "wait_unknown" : wait < 60 ? "wait_less" : "wait_min", { n: Math.ceil(wait / 60) })}
      </p>
      {what ? (
        <Ask
          view={view}
          questions={questions}
          act={what}
          answers={asked?.answers ?? {}}
          refused={asked?.refused}
          back={() => view.set({ what: null, bad: {} })}
          done={(answers) => {
            if (asked) chat.outbox.done(asked.id);
            chat.choose(what, answers);
          }}
        />
      ) : (
        <div class="acts">
          {place.choices.map((c: Choice) => (
            <button key={c} type="button" onClick={() => view.set({ what: c })}>
              {say(c)}
            </button>
          ))}
        </div>
      )}
    </li>
  );
}
