import { useQuery } from "@tanstack/react-query";
import { Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Macro, Ticket } from "@/api/types";
import { macrosQuery, nameIn } from "@/data/queries";
import css from "./composer.module.css";
import { findMacros, useMacro } from "./useMacro.ts";

interface Props {
  ticket: Ticket;
  close: () => void;
  insert: (direction: "out" | "note", text: string) => void;
}

/** Finds a macro by its name, does what it changes, and puts its words where the cursor is. */
export default function MacroMenu({ ticket, close, insert }: Props) {
  const { t, i18n } = useTranslation();
  const apply = useMacro();
  const { data = [] } = useQuery(macrosQuery);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = findMacros(data, text).slice(0, 50);

  async function use(m: Macro | undefined) {
    if (m && (await apply(ticket.id, m, insert))) close();
  }
  return (
    <Modal open title={t("macros.title")} footer={null} onCancel={close} width={520}>
      <Input
        autoFocus
        value={text}
        placeholder={t("macros.find")}
        aria-label={t("macros.find")}
        onChange={(e) => {
          setText(e.target.value);
          setAt(0);
        }}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing) return;
          if (e.key === "ArrowDown" || e.key === "ArrowUp") {
            e.preventDefault();
            setAt((n) => Math.max(0, Math.min(found.length - 1, n + (e.key === "ArrowDown" ? 1 : -1))));
          } else if (e.key === "Enter") {
            e.preventDefault();
            void use(found[at]);
          }
        }}
      />
      <ul className={css.macros}>
        {found.map((m, i) => (
          <li key={m.id}>
            <button type="button" data-cursor={i === at || undefined} onClick={() => void use(m)}>
              {nameIn(m, i18n.language)}
              <span className={css.macroText}>{m.text}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={css.macroNone}>{t("macros.none")}</p>}
    </Modal>
  );
}
