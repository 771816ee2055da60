import type { TargetedEvent } from "preact";
import type { Answers, Fault, Question } from "./frames.ts";
import type { View } from "./view.ts";
import type { Word } from "./words.ts";

/** Programs that fill forms in know these by the same names. */
const kinds: Partial<Record<Question["kind"], ["text", string]>> = {
  name: ["text", "name"],
  email: ["email" as "text", "email"],
  phone: ["tel" as "text", "tel"],
  when: ["datetime-local" as "text", "off"],
};

/** A time as its field has it: on the visitor's clock, to the minute. */
const onClock = (at: Date) => new Date(+at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** What is surely no address; the program looks closer. */
const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The question for the visitor's own words; no question of a site can have this name. */
const words = "-";

export interface AskProps {
  view: View;
  questions: Question[];
  /** The word on the button. */
  act: Word;
  /** The words of the visitor that are asked for too; undefined where none are. */
  text?: string;
  answers: Answers;
  /** Why the program did not take it the last time. */
  refused: Fault | undefined;
  done(answers: Answers, text: string): void;
  back?: () => void;
}

/** Questions and a button. What is wrong is said at its field, and the first such field has the focus. */
export function Ask({ view, questions, act, text, answers, refused, done, back }: AskProps) {
  const { say, screen, chat } = view;
  const all = text === undefined ? questions : [...questions, { name: words, kind: "text" as const, label: say("ask"), required: true }];
  const field = refused?.args?.field?.replace(/.*\./, "").replace(/^text$/, words);
  const placed = all.some((q) => q.name === field);
  const visitor = chat.talk.visitor as Record<string, unknown> | null;

  function submit(e: TargetedEvent<HTMLFormElement>) {
    e.preventDefault();
    const form = e.currentTarget;
    const given: Answers = {};
    const bad: Answers = {};
    for (const q of all) {
      const value = String(new FormData(form).get(q.name) ?? "").trim();
      if (value) given[q.name] = q.kind === "when" ? new Date(value).toISOString() : value;
      // A time that lacks its hour is none yet, and would be lost without a word.
      const half = (form.elements.namedItem(q.name) as HTMLInputElement | null)?.validity.badInput;
      if ((q.required && !value) || half) bad[q.name] = say("required");
      else if (q.kind === "email" && value && !address.test(value)) bad[q.name] = say("bad_email");
    }
    view.set({ bad });
    // What the program refused before may be right now: only what is wrong here holds it back.
    if (Object.keys(bad).length > 0) {
      form.querySelector<HTMLElement>("[aria-invalid]")?.focus();
      return;
    }
    const { [words]: said = "", ...rest } = given;
    done(rest, said);
  }
  return (
    <form noValidate onSubmit={submit}>
      {all.map((q) => {
        const wrong = screen.bad[q.name] ?? (q.name === field ? refused?.detail : undefined);
        const known = (q.name === words ? text : answers[q.name]) || String(visitor?.[q.kind] ?? "");
        const when = q.kind === "when";
        const value = when && known ? onClock(new Date(known)) : known;
        const same = { id: q.name, name: q.name, required: q.required, "aria-invalid": wrong ? true : undefined, "aria-describedby": wrong && `e${q.name}` } as const;
        return (
          <label key={q.name}>
            {q.label} {!q.required && <small>{say("optional")}</small>}
            {q.kind === "choice" ? (
              <select {...same}>
                <option value="">{say("pick")}</option>
                {q.options?.map((o) => (
                  <option key={o.value} value={o.value} selected={o.value === value}>
                    {o.label}
                  </option>
                ))}
              </select>
            ) : q.kind === "text" ? (
              <textarea {...same} rows={q.name === words ? 3 : 2} maxLength={4000} defaultValue={value} />
            ) : (
              <input {...same} type={kinds[q.kind]?.[0] ?? "text"} autocomplete={kinds[q.kind]?.[1]} maxLength={200} min={when ? onClock(new Date()) : undefined} list={undefined} defaultValue={value} />
            )}
            {wrong && (
              <p class="wrong" id={`e${q.name}`}>
                {wrong}
              </p>
            )}
          </label>
        );
      })}
      {refused && !placed && (
        <p class="wrong" role="alert">
          {refused.detail}
        </p>
      )}
      <div class="acts">
        {back && (
          <button type="button" onClick={back}>
            {say("back")}
          </button>
        )}
        <button class="main">{say(act)}</button>
      </div>
    </form>
  );
}
