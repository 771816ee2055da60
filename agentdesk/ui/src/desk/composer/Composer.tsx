import { EditOutlined, LockOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Entry, Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import type { Pages } from "@/data/lists";
import { useCommand } from "@/keys/useKeys";
import { Kbd } from "@/parts/Kbd";
import { useStore } from "@/parts/store";
import { ChatEditor } from "./ChatEditor.tsx";
import css from "./composer.module.css";
import { change, write, writingOn } from "./drafts.ts";
import { Editor } from "./Editor.tsx";

interface Props {
  ticket: Ticket;
  /** What somebody wanted to write, and what he wrote, before the ticket was there. */
  wanted: "out" | "note" | null;
  early: string;
}

/** Stands for the composer until the ticket is there. */
export function Early({ text, change: changeText }: { text: string; change: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <section className={css.editor}>
      <textarea className={css.text} autoFocus value={text} aria-label={t("composer.reply_text")} onChange={(e) => changeText(e.target.value)} />
    </section>
  );
}

/** Where to answer: one line until somebody writes. */
export function Composer({ ticket, wanted, early }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const s = writingOn(ticket);
  const open = useStore(s, (w) => w.open);
  const area = useRef<HTMLTextAreaElement>(null);
  const asked = useRef(false);

  function start(direction: "out" | "note") {
    asked.current = true;
    const pages = client.getQueryData<Pages<Entry>>(keys.timeline(ticket.id));
    write(ticket, pages?.pages.flatMap((p) => p.items) ?? [], direction);
    area.current?.focus();
  }
  useCommand("reply", () => start("out"));
  useCommand("note", () => start("note"));

  // Both in the frame in which the field comes or changes: a letter typed meanwhile would be a command.
  const first = useRef(wanted);
  useLayoutEffect(() => {
    if (!first.current) return;
    start(first.current);
    if (early) change(ticket.id, s, { text: s.get().text + early });
    first.current = null;
  });

  // The cursor goes into the field when somebody asked for it, not when a draft is found open.
  useLayoutEffect(() => {
    if (open && asked.current) area.current?.focus();
    asked.current = false;
  }, [open]);

  if (ticket.channel === "chat" && ticket.entry) return <ChatEditor ticket={ticket} s={s} area={area} />;
  if (open) return <Editor ticket={ticket} s={s} area={area} />;
  return (
    <div className={css.closed}>
      <button type="button" onClick={() => start("out")}>
        <EditOutlined aria-hidden />
        {t("composer.reply_to", { name: ticket.contact.name || ticket.contact.address || "" })}
        <Kbd>r</Kbd>
      </button>
      <button type="button" onClick={() => start("note")}>
        <LockOutlined aria-hidden />
        {t("composer.note")}
        <Kbd>n</Kbd>
      </button>
    </div>
  );
}
