import { SearchOutlined, ThunderboltOutlined, UserOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { nameIn } from "@/data/queries";
import { useMountDialog } from "@/parts/useMountDialog";
import css from "./search.module.css";
import { useFind } from "./useFind.ts";
import { useMacroHits } from "./useMacroHits.ts";

interface Hit {
  key: string;
  main: string;
  side: string;
  icon?: ReactNode;
  /** What choosing it does. */
  go: () => void;
}

/** Finds tickets and customers as one types, and macros for the ticket that is open; arrows choose, Enter opens or uses. */
export function Search({ close }: { close: () => void }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const dialog = useMountDialog();
  const list = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = useFind(text);
  const { macros, use } = useMacroHits(text);
  const show = (box: string, ticket?: number) =>
    void navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: ticket === undefined ? undefined : String(ticket) }, search: { state: "any" } });
  const hits: Hit[] = [
    ...found.tickets.map((r) => ({
      key: `t${r.id}`,
      main: r.subject || t("ticket.no_subject"),
      side: `#${r.number} · ${r.contact.name || (r.contact.address ?? "")} · ${t(`state.${r.state}`)}`,
      go: () => show("all", r.id),
    })),
    ...found.people.map((p) => ({
      key: `p${p.id}`,
      main: p.name || (p.points[0]?.address ?? ""),
      side: [p.account?.name, p.points[0]?.address].filter(Boolean).join(" · "),
      icon: <UserOutlined aria-hidden />,
      go: () => show(`contact-${p.id}`),
    })),
    ...macros.map((m) => ({
      key: `m${m.id}`,
      main: nameIn(m, i18n.language),
      side: t("search.macro"),
      icon: <ThunderboltOutlined aria-hidden />,
      go: () => void use(m),
    })),
  ];
  const chosen = Math.min(at, hits.length - 1);
  // Enter means what is found for the text as it stands; who is faster than the answer need not wait to press it.
  const settled = found.of === text.trim() && !found.busy;
  const [meant, setMeant] = useState(false);
  const go = useRef(() => {});
  useEffect(() => {
    go.current = () => open(hits[chosen]);
  });
  useEffect(() => {
    if (meant && settled) go.current();
  }, [meant, settled]);

  function open(hit: Hit | undefined) {
    if (!hit) return;
    close();
    hit.go();
  }
  function press(e: KeyboardEvent) {
    if (e.nativeEvent.isComposing) return;
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setAt(Math.max(0, Math.min(hits.length - 1, chosen + step)));
    else if (e.key === "Enter") setMeant(true);
    else return;
    e.preventDefault();
  }
  return (
    <dialog ref={dialog} className={css.dialog} aria-label={t("search.open")} onClose={close} onClick={(e) => e.target === e.currentTarget && close()}>
      <div className={css.box} onKeyDown={press} role="presentation">
        <label className={css.field}>
          <SearchOutlined aria-hidden />
          <span className="sr-only">{t("search.open")}</span>
          <input
            autoFocus
            role="combobox"
            aria-expanded={hits.length > 0}
            aria-controls={list}
            aria-activedescendant={hits[chosen] ? `${list}-${hits[chosen].key}` : undefined}
            maxLength={200}
            value={text}
            placeholder={t("search.hint")}
            onChange={(e) => {
              setText(e.target.value);
              setAt(0);
              setMeant(false);
            }}
          />
        </label>
        <div id={list} role="listbox" aria-label={t("search.results")} className={css.hits}>
          {hits.map((h, i) => (
            <div
              key={h.key}
              id={`${list}-${h.key}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen}
              className={css.hit}
              onPointerMove={() => setAt(i)}
              onClick={() => open(h)}
            >
              {h.icon}
              <span className={css.main}>{h.main}</span>
              <span className={css.side}>{h.side}</span>
            </div>
          ))}
        </div>
        {hits.length === 0 && text.trim() !== "" && !found.busy && <p className={css.none}>{t("search.none")}</p>}
      </div>
    </dialog>
  );
}
