import { EllipsisOutlined } from "@ant-design/icons";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Entry } from "@/api/types";
import css from "./timeline.module.css";

// A mail of half a megabyte must not make every other one wait.
const most = 8000;

/** The new words of a message, with what it quotes folded and never thrown away. */
export function MessageText({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const folded = entry.reply !== "" && entry.reply.trim() !== entry.text.trim();
  const text = folded && !all ? entry.reply : entry.text;
  const cut = !all && text.length > most;
  const parts = useMemo(() => linked(cut ? text.slice(0, most) : text), [text, cut]);

  if (entry.text.trim() === "" && entry.reply.trim() === "") {
    return <p className={css.emptyText}>{t(entry.has_html ? "message.only_html" : "message.empty")}</p>;
  }
  return (
    <>
      <div className={css.text} dir="auto">
        {parts}
        {cut && "…"}
      </div>
      {(folded || cut || all) && (
        <button type="button" className={css.fold} aria-expanded={all} onClick={() => setAll(!all)} title={all ? t("message.fold") : t("message.unfold")}>
          {all ? t("message.fold") : folded ? <EllipsisOutlined aria-label={t("message.unfold")} /> : t("message.unfold")}
        </button>
      )}
    </>
  );
}

const address = /(https?:\/\/[^\s<>"'，。；）】》]+[^\s<>"'，。；）】》.,;:!?)\]}])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g;

/** Text with its web and mail addresses as links. Nothing else of it is ever markup. */
export function linked(text: string): ReactNode[] {
  const out: ReactNode[] = [];
  let at = 0;
  for (const m of text.trimEnd().matchAll(address)) {
    out.push(text.slice(at, m.index));
    const [all, url] = m;
    out.push(
      url ? (
        <a key={m.index} href={url} target="_blank" rel="noopener noreferrer nofollow">
          {url}
        </a>
      ) : (
        <a key={m.index} href={`mailto:${all}`}>
          {all}
        </a>
      ),
    );
    at = m.index + all.length;
  }
  out.push(text.slice(at).trimEnd());
  return out;
}
