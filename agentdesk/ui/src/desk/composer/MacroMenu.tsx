import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { applyMacro } from "@/api/calls";
import type { Macro, Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import { macrosQuery, nameIn } from "@/data/queries";
import css from "./composer.module.css";

interface Props {
  ticket: Ticket;
  close: () => void;
  insert: (direction: "out" | "note", text: string) => void;
}

/** Finds a macro by its name, does what it changes, and puts its words where the cursor is. */
export default function MacroMenu({ ticket, close, insert }: Props) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { data = [] } = useQuery(macrosQuery);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const q = text.trim().toLowerCase();
  const found = data.filter((m) => `${m.name} ${m.name_en ?? ""}`.toLowerCase().includes(q)).slice(0, 50);

  async function use(m: Macro | undefined) {
    if (!m) return;
    try {
      const words = await applyMacro(ticket.id, m.id);
      if (words.text) insert(words.direction, words.text);
      for (const queryKey of [keys.ticket(ticket.id), keys.timeline(ticket.id)]) void client.invalidateQueries({ queryKey });
      close();
      void message.success(t("macros.used", { name: nameIn(m, i18n.language) }), 2);
    } catch (e) {
      void message.error((e as Error).message);
    }
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
