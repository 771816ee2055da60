import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import css from "./ticket.module.css";
import { useChange } from "./useChange.ts";

/** The subject, which a double click or Enter on it makes a field. */
export function SubjectField({ ticket }: { ticket: Row }) {
  const { t } = useTranslation();
  const change = useChange();
  const [text, setText] = useState<string | null>(null);

  if (text === null) {
    return (
      <h1 className={css.subject}>
        <button type="button" title={t("ticket.edit_subject")} onDoubleClick={() => setText(ticket.subject)} onKeyDown={(e) => e.key === "Enter" && setText(ticket.subject)}>
          {ticket.subject || t("ticket.no_subject")}
        </button>
      </h1>
    );
  }
  function save() {
    const next = (text ?? "").trim();
    setText(null);
    if (next && next !== ticket.subject) void change(ticket, { subject: next });
  }
  return (
    <input
      className={css.subjectField}
      autoFocus
      aria-label={t("ticket.subject")}
      value={text}
      maxLength={1000}
      onChange={(e) => setText(e.target.value)}
      onBlur={save}
      onKeyDown={(e) => {
        if (e.nativeEvent.isComposing) return;
        if (e.key === "Enter") save();
        if (e.key === "Escape") setText(null);
        if (e.key === "Enter" || e.key === "Escape") e.stopPropagation();
      }}
    />
  );
}
