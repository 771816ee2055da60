import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { tagsQuery } from "@/data/queries";
import { Quiet } from "@/parts/Quiet";
import css from "./ticket.module.css";
import { useChange } from "./useChange.ts";

/** The tags of a ticket, with one small field to add another. */
export function Tags({ ticket }: { ticket: Row }) {
  const { t } = useTranslation();
  const change = useChange();
  const [text, setText] = useState<string | null>(null);
  const list = useId();
  const { data: known = [] } = useQuery({ ...tagsQuery, enabled: text !== null });

  function add() {
    const tag = (text ?? "").trim();
    setText(null);
    if (tag && !ticket.tags.includes(tag)) void change(ticket, { tags: [...ticket.tags, tag] });
  }
  return (
    <span className={css.tags}>
      {ticket.tags.map((tag) => (
        <span key={tag} className={css.tag}>
          {tag}
          <button
            type="button"
            aria-label={t("ticket.drop_tag", { tag })}
            onClick={() => void change(ticket, { tags: ticket.tags.filter((x) => x !== tag) })}
          >
            <CloseOutlined />
          </button>
        </span>
      ))}
      {text === null ? (
        <Quiet label={t("ticket.add_tag")} onClick={() => setText("")}>
          <PlusOutlined />
        </Quiet>
      ) : (
        <input
          className={css.tagField}
          autoFocus
          list={list}
          autoComplete="off"
          aria-label={t("ticket.add_tag")}
          placeholder={t("ticket.tag")}
          value={text}
          maxLength={50}
          onChange={(e) => setText(e.target.value)}
          onBlur={add}
          onKeyDown={(e) => {
            if (e.nativeEvent.isComposing) return;
            if (e.key === "Enter") add();
            if (e.key === "Escape") setText(null);
            if (e.key === "Enter" || e.key === "Escape") e.stopPropagation();
          }}
        />
      )}
      {text !== null && (
        <datalist id={list}>
          {known
            .filter((x) => !ticket.tags.includes(x.name))
            .map((x) => (
              <option key={x.name} value={x.name} aria-label={x.name} />
            ))}
        </datalist>
      )}
    </span>
  );
}
