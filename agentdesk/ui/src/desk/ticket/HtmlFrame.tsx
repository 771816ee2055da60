import { useState } from "react";
import { useTranslation } from "react-i18next";
import { htmlUrl } from "@/api/calls";
import type { Entry } from "@/api/types";
import css from "./timeline.module.css";

const trusted = (address: string) => localStorage.getItem(`pictures:${address}`) === "yes";

/**
 * The mail as its writer laid it out. The page in the frame is sanitised by the server, has no scripts and no origin,
 * and loads nothing from elsewhere until somebody asks; the frame cannot tell its height, so it can be pulled.
 */
export function HtmlFrame({ entry, close }: { entry: Entry; close: () => void }) {
  const { t } = useTranslation();
  const sender = entry.author.address;
  const [pictures, setPictures] = useState(() => trusted(sender));
  return (
    <div className={css.html}>
      <div className={css.htmlBar}>
        <button type="button" onClick={close}>
          {t("html.text")}
        </button>
        <span className={css.push} />
        {pictures ? (
          <span>{t("html.pictures_shown")}</span>
        ) : (
          <>
            <span>{t("html.pictures_blocked")}</span>
            <button type="button" onClick={() => setPictures(true)}>
              {t("html.load")}
            </button>
            {sender && (
              <button
                type="button"
                title={t("html.always_title", { sender })}
                onClick={() => {
                  localStorage.setItem(`pictures:${sender}`, "yes");
                  setPictures(true);
                }}
              >
                {t("html.always")}
              </button>
            )}
          </>
        )}
      </div>
      <div className={css.frame}>
        <iframe
          title={t("html.title", { name: entry.author.name || sender })}
          src={htmlUrl(entry.id, pictures)}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
        />
      </div>
    </div>
  );
}
