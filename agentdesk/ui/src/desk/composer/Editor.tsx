import { PaperClipOutlined, ThunderboltOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { type ClipboardEvent, type DragEvent, lazy, type RefObject, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/client";
import type { Ticket } from "@/api/types";
import { useCommand } from "@/keys/useKeys";
import { Quiet } from "@/parts/Quiet";
import { type Store, useStore } from "@/parts/store";
import css from "./composer.module.css";
import { change, discard, empty, type Writing } from "./drafts.ts";
import { Files } from "./Files.tsx";
import { Recipients } from "./Recipients.tsx";
import { Stale } from "./Stale.tsx";
import { attach } from "./uploads.ts";
import { useSend } from "./useSend.ts";
import { useTyping } from "./useTyping.ts";
import { Also } from "./Also.tsx";

const MacroMenu = lazy(() => import("./MacroMenu.tsx"));

interface Props {
  ticket: Ticket;
  s: Store<Writing>;
  area: RefObject<HTMLTextAreaElement | null>;
}

/** The open composer: an answer or a note, to whom, with what, and how safe it is. */
export function Editor({ ticket, s, area }: Props) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const w = useStore(s);
  const picker = useRef<HTMLInputElement>(null);
  const [dropping, setDropping] = useState(false);
  const [macros, setMacros] = useState(false);
  const typing = useTyping(`ticket:${ticket.id}`);
  const sender = useSend(ticket, s);
  const note = w.direction === "note";

  const close = () => s.set((old) => ({ ...old, open: false }));
  const words = (e: Problem) => (e.offline ? t("error.offline") : e.message);
  const take = (files: Iterable<File>) => attach(ticket.id, s, files, words);

  useCommand("back", close);
  useCommand("send", () => void sender.send());
  useCommand("send_resolve", () => void sender.send("resolved"), !note);

  function paste(e: ClipboardEvent) {
    // A copied table from a spreadsheet comes as text and as a picture; the text is meant.
    if (e.clipboardData.files.length === 0 || e.clipboardData.types.includes("text/plain")) return;
    e.preventDefault();
    take(e.clipboardData.files);
  }
  function drop(e: DragEvent) {
    e.preventDefault();
    setDropping(false);
    take(e.dataTransfer.files);
  }
  function ask() {
    if (empty(w)) void discard(ticket);
    else {
      modal.confirm({
        title: t("composer.discard_ask"),
        okText: t("composer.discard"),
        okButtonProps: { danger: true },
        onOk: () => discard(ticket),
      });
    }
  }
  return (
    <section
      className={css.editor}
      data-note={note || undefined}
      aria-label={t(note ? "composer.note" : "composer.reply")}
      onDragOver={(e) => {
        if (!e.dataTransfer.types.includes("Files")) return;
        e.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={drop}
    >
      <div className={css.top}>
        <Tabs direction={w.direction} choose={(direction) => change(ticket.id, s, { direction })} />
        <span className={css.push} />
        <span className={css.saved} role="status">
          {w.saved === "kept" && t("composer.kept")}
          {w.saved === "saving" && t("composer.saving")}
          {w.saved === "here" && <span className={css.here}>{t("composer.here")}</span>}
        </span>
        <Quiet label={t("composer.fold")} onClick={close}>
          <span aria-hidden>▾</span>
        </Quiet>
      </div>
      <Also ticket={ticket.id} />
      <Stale ticket={ticket} s={s} refused={sender.refused} anyway={() => void sender.send(undefined, true)} />
      {!note && <Recipients ticket={ticket} s={s} />}
      <textarea
        ref={area}
        className={css.text}
        value={w.text}
        dir="auto"
        aria-label={t(note ? "composer.note_text" : "composer.reply_text")}
        placeholder={t(note ? "composer.note_hint" : "composer.reply_hint")}
        onChange={(e) => {
          typing();
          change(ticket.id, s, { text: e.target.value });
        }}
        onPaste={paste}
        onKeyDown={(e) => {
          // A slash at the beginning of a line that is empty so far; within words it is a slash.
          if (e.key !== "/" || e.nativeEvent.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
          const { value, selectionStart: at, selectionEnd } = e.currentTarget;
          if (at !== selectionEnd || (at > 0 && value[at - 1] !== "\n") || (at < value.length && value[at] !== "\n")) return;
          e.preventDefault();
          setMacros(true);
        }}
      />
      {macros && (
        <Suspense>
          <MacroMenu
            ticket={ticket}
            close={() => {
              setMacros(false);
              area.current?.focus();
            }}
            insert={(direction, text) => {
              const at = area.current?.selectionStart ?? w.text.length;
              const now = s.get().text;
              change(ticket.id, s, { direction, text: now.slice(0, at) + text + now.slice(at) });
            }}
          />
        </Suspense>
      )}
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
        <Quiet label={t("macros.insert")} onClick={() => setMacros(true)}>
          <ThunderboltOutlined />
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
        <Button type="text" size="small" onClick={ask}>
          {t("composer.discard")}
        </Button>
        <span className={css.push} />
        {note ? (
          <Button type="primary" loading={sender.busy} disabled={!sender.able} title="Ctrl+Enter" onClick={() => void sender.send()}>
            {t("composer.add_note")}
          </Button>
        ) : (
          <span className={css.sendGroup}>
            <Button type="primary" loading={sender.busy} disabled={!sender.able} title="Ctrl+Enter" onClick={() => void sender.send()}>
              {t("composer.send")}
            </Button>
            <Dropdown
              trigger={["click"]}
              placement="topRight"
              disabled={!sender.able}
              menu={{
                items: [
                  { key: "resolved", label: t("composer.send_resolved") },
                  { key: "open", label: t("composer.send_open") },
                ],
                onClick: ({ key }) => void sender.send(key as "resolved" | "open"),
              }}
            >
              <Button type="primary" disabled={!sender.able} aria-label={t("composer.send_more")}>
                <span aria-hidden>▾</span>
              </Button>
            </Dropdown>
          </span>
        )}
      </div>
      {dropping && <div className={css.dropping}>{t("composer.drop_here")}</div>}
    </section>
  );
}

/** An answer, or a note for colleagues. */
export function Tabs({ direction, choose }: { direction: Writing["direction"]; choose: (d: Writing["direction"]) => void }) {
  const { t } = useTranslation();
  return (
    <div className={css.tabs} role="tablist" aria-label={t("composer.kind")}>
      {(["out", "note"] as const).map((d) => (
        <button key={d} type="button" role="tab" aria-selected={direction === d} onClick={() => choose(d)}>
          {t(d === "out" ? "composer.reply" : "composer.note")}
        </button>
      ))}
    </div>
  );
}
