import { Icon } from "./icons.tsx";
import { size } from "./message.tsx";
import type { View } from "./view.ts";

let count = 0;

/** Takes files into the composer and sends each up at once. What is too large or too many is refused without being sent. */
export function take(view: View, list: Iterable<File> | null | undefined): void {
  const { chat, say, screen } = view;
  const limits = chat.site?.files;
  if (!limits) return;
  screen.trouble = "";
  for (const file of [...(list ?? [])].slice(0, limits.at_once - screen.uploads.length)) {
    if (file.size > limits.max) {
      screen.trouble = say("too_large", { name: file.name, n: Math.floor(limits.max / 1e6) });
      continue;
    }
    const key = count++;
    const becomes = (to: object | null) => screen.uploads.flatMap((u) => (u.key === key ? (to ? { ...u, ...to } : []) : u));
    screen.uploads = [...screen.uploads, { key, name: file.name, size: file.size }];
    chat.upload(file).then(
      (ref) => view.set({ uploads: becomes({ ref }) }),
      (e: Error) => view.set({ uploads: becomes(null), trouble: `${say("file_failed", { name: file.name })} ${e instanceof TypeError ? "" : e.message}` }),
    );
  }
  view.set({});
}

/** Where the visitor writes. Enter sends, Shift and Enter begins a line; files come by the button, by dropping and by pasting. */
export function Composer({ view }: { view: View }) {
  const { chat, store, say, screen } = view;
  const { uploads } = screen;
  const text = store.get("draft");
  const ready = (text.trim() || uploads[0]) && uploads.every((u) => u.ref);

  function send(e: Event) {
    e.preventDefault();
    if (!ready) return;
    store.set("draft", "");
    screen.uploads = [];
    screen.trouble = "";
    chat.say(text.trim(), uploads.flatMap((u) => u.ref ?? []));
  }
  return (
    <form class="bottom" onSubmit={send}>
      {screen.trouble && (
        <p class="wrong" role="alert">
          {screen.trouble}
        </p>
      )}
      {uploads.map((u) => (
        <p key={u.key} class="upload" aria-busy={!u.ref}>
          <span>{u.name}</span>
          <small>{u.ref ? size(u.size) : "…"}</small>
          <button type="button" class="icon" aria-label={say("remove", { name: u.name })} onClick={() => view.set({ uploads: uploads.filter((x) => x !== u) })}>
            <Icon name="close" />
          </button>
        </p>
      ))}
      <div class="line">
        {/* The label is what the pointer meets, the field itself what the keyboard does. */}
        <label class="icon" title={say("attach")}>
          <input
            type="file"
            class="sr"
            multiple
            aria-label={say("attach")}
            accept={chat.site?.files.types.join()}
            onChange={({ currentTarget: field }) => {
              take(view, field.files);
              field.value = "";
            }}
          />
          <Icon name="clip" />
        </label>
        <textarea
          class="grow"
          rows={1}
          maxLength={4000}
          value={text}
          placeholder={say("write")}
          aria-label={say("write")}
          enterkeyhint="send"
          onInput={(e) => {
            store.set("draft", e.currentTarget.value);
            chat.typing();
            view.set({});
          }}
          onPaste={(e) => {
            if (!e.clipboardData?.files[0]) return;
            e.preventDefault();
            take(view, e.clipboardData.files);
          }}
          onKeyDown={(e) => {
            // While an input method is open, Enter chooses a character.
            if (e.key === "Enter" && !e.shiftKey && !e.isComposing && e.keyCode !== 229) send(e);
          }}
        />
        <button class="icon" aria-label={say("send")} aria-disabled={!ready}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
