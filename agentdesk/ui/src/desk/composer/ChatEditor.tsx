import { PaperClipOutlined, SendOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ClipboardEvent, type KeyboardEvent, type RefObject, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/client";
import type { Ticket } from "@/api/types";
import { useCommand } from "@/keys/useKeys";
import { visitorOf, visitors } from "@/live/state";
import { Kbd } from "@/parts/Kbd";
import { Quiet } from "@/parts/Quiet";
import { type Store, useStore } from "@/parts/store";
import css from "./composer.module.css";
import { change, type Writing } from "./drafts.ts";
import { Tabs } from "./Editor.tsx";
import { Files } from "./Files.tsx";
import { attach } from "./uploads.ts";
import { useSend } from "./useSend.ts";
import { useTyping } from "./useTyping.ts";

interface Props {
  ticket: Ticket;
  s: Store<Writing>;
  area: RefObject<HTMLTextAreaElement | null>;
}

/** Where one talks with a visitor: always open, Enter sends, and what the visitor does is seen above it. */
export function ChatEditor({ ticket, s, area }: Props) {
  const { t } = useTranslation();
  const w = useStore(s);
  const picker = useRef<HTMLInputElement>(null);
  const typing = useTyping(`ticket:${ticket.id}`);
  const sender = useSend(ticket, s, { anyway: true, quietly: true });
  const note = w.direction === "note";
  const words = (e: Problem) => (e.offline ? t("error.offline") : e.message);
  const take = (files: Iterable<File>) => attach(ticket.id, s, files, words);

  async function send() {
    await sender.send();
    area.current?.focus();
  }
  useCommand("send", () => void send());
  useCommand("back", () => area.current?.blur(), document.activeElement === area.current);

  function press(e: KeyboardEvent) {
    // Enter that ends the choosing of a Chinese word is the input method's.
    if (e.key !== "Enter" || e.shiftKey || e.ctrlKey || e.metaKey || e.altKey || e.nativeEvent.isComposing) return;
    e.preventDefault();
    void send();
  }
  function paste(e: ClipboardEvent) {
    if (e.clipboardData.files.length === 0 || e.clipboardData.types.includes("text/plain")) return;
    e.preventDefault();
    take(e.clipboardData.files);
  }
  return (
    <section className={css.editor} data-note={note || undefined} data-chat aria-label={t(note ? "composer.note" : "chat.label")}>
      <div className={css.top}>
        <Tabs direction={w.direction} choose={(direction) => change(ticket.id, s, { direction })} />
        <span className={css.push} />
        <VisitorNow ticket={ticket} />
      </div>
      <textarea
        ref={area}
        className={css.text}
        value={w.text}
        dir="auto"
        aria-label={t(note ? "composer.note_text" : "chat.text")}
        placeholder={t(note ? "composer.note_hint" : "chat.hint")}
        onChange={(e) => {
          // What is written for colleagues is no sign to the visitor.
          if (!note) typing();
          change(ticket.id, s, { text: e.target.value });
        }}
        onKeyDown={press}
        onPaste={paste}
      />
      <Files ticket={ticket.id} s={s} />
      {sender.error && (
        <p className={css.error} role="alert">
          {sender.error}
        </p>
      )}
      <div className={css.bottom}>
        <Quiet label={t("composer.attach")} onClick={() => picker.current?.click()}>
          <PaperClipOutlined />
        </Quiet>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(e) => {
            take(e.target.files ?? []);
            e.target.value = "";
          }}
        />
        <span className={css.keys}>
          <Kbd>Enter</Kbd> {t("chat.sends")} <Kbd>Shift</Kbd>
          <Kbd>Enter</Kbd> {t("chat.breaks")}
        </span>
        <span className={css.push} />
        <Button type="primary" icon={<SendOutlined />} loading={sender.busy} disabled={!sender.able} onClick={() => void send()}>
          {t(note ? "composer.add_note" : "composer.send")}
        </Button>
      </div>
    </section>
  );
}

/** Whether the visitor is there, and writes. */
function VisitorNow({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const visitor = useStore(visitors, visitorOf(`ticket:${ticket.id}`));
  if (!visitor) return null;
  const name = ticket.contact.name || t("chat.visitor");
  return (
    <span className={css.visitor} role="status" data-online={visitor.online || undefined}>
      {visitor.typing ? (
        <>
          <span className={css.dots} aria-hidden /> {t("chat.writes", { name })}
        </>
      ) : (
        t(visitor.online ? "chat.online" : "chat.gone", { name })
      )}
    </span>
  );
}
