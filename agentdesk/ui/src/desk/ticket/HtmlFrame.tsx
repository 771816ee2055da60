import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { htmlUrl } from "@/api/calls";
import type { Entry } from "@/api/types";
import { useLook } from "@/parts/settings";
import { fetchPictures } from "./pictures.ts";
import css from "./timeline.module.css";

const trusted = (address: string) => localStorage.getItem(`pictures:${address}`) === "yes";

/** Pictures from elsewhere: not asked for, on their way, there, or not to be had. */
type Pictures = { state: "blocked" | "loading" | "shown" } | { state: "failed"; failed: number; all: number };

/**
 * The mail as its writer laid it out. The page in the frame is sanitised by the server, has no scripts and no origin,
 * and loads nothing from elsewhere until somebody asks. It is as high as its content where the browser can tell that
 * much of it (CSS frame-sizing) and does so, else as high as its text lets expect, and can be pulled.
 */
export function HtmlFrame({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const look = useLook();
  const sender = entry.author.address;
  const [pictures, setPictures] = useState<Pictures>(() => ({ state: entry.remote_pictures && trusted(sender) ? "loading" : "blocked" }));
  const [tall, setTall] = useState(false);
  const [told, setTold] = useState(sizes); // the browser tells the height
  const [long, setLong] = useState(!sizes);
  const frame = useRef<HTMLIFrameElement>(null);
  const asked = pictures.state !== "blocked";
  const src = htmlUrl(entry.id, asked, look === "dark");

  useEffect(() => {
    if (!asked) return;
    const stop = new AbortController();
    void fetchPictures(src, stop.signal).then(({ all, failed }) => {
      if (!stop.signal.aborted) setPictures(failed > 0 ? { state: "failed", failed, all } : { state: "shown" });
    });
    return () => stop.abort();
  }, [asked, src]);

  // The frame is as high as its content; how much of it is seen is decided around it.
  useEffect(() => {
    const el = frame.current;
    if (!el || !told) return;
    const watch = new ResizeObserver(() => setLong(el.clientHeight > enough));
    watch.observe(el);
    // On a busy machine it happens that Chromium never lays out a frame that has no height yet.
    let late: number | undefined;
    const loaded = () => {
      late = window.setTimeout(() => {
        if (el.clientHeight > least) return;
        setTold(false);
        setLong(true);
      }, patience);
    };
    el.addEventListener("load", loaded);
    return () => {
      watch.disconnect();
      el.removeEventListener("load", loaded);
      window.clearTimeout(late);
    };
  }, [told]);

  return (
    <div className={css.html}>
      {entry.remote_pictures && (
        <div className={css.htmlBar} role="status">
          {pictures.state === "blocked" && (
            <>
              <span>{t("html.pictures_blocked")}</span>
              <button type="button" onClick={() => setPictures({ state: "loading" })}>
                {t("html.load")}
              </button>
              {sender && (
                <button
                  type="button"
                  title={t("html.always_title", { sender })}
                  onClick={() => {
                    localStorage.setItem(`pictures:${sender}`, "yes");
                    setPictures({ state: "loading" });
                  }}
                >
                  {t("html.always")}
                </button>
              )}
            </>
          )}
          {pictures.state === "loading" && <span>{t("html.pictures_loading")}</span>}
          {pictures.state === "shown" && <span>{t("html.pictures_shown")}</span>}
          {pictures.state === "failed" && <span>{t("html.pictures_failed", { count: pictures.failed, all: pictures.all })}</span>}
        </div>
      )}
      <div className={css.frame} data-told={told || undefined} data-cut={(long && !tall) || undefined} style={told ? undefined : { height: tall ? "80vh" : expected(entry) }}>
        <iframe
          ref={frame}
          title={t("html.title", { name: entry.author.name || sender })}
          src={src}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
        />
      </div>
      {long && (
        <button type="button" className={css.htmlMore} aria-expanded={tall} onClick={() => setTall(!tall)}>
          {t(tall ? "html.shrink" : "html.expand")}
        </button>
      )}
    </div>
  );
}

/** Whether a frame can take the height of what is in it. */
const sizes = CSS.supports("frame-sizing", "content-height");

// A mail higher than this is cut, to the height in the style sheet, until somebody asks for all of it, in px. It is
// more than that height: to hide a line or two saves nothing.
const enough = 680;

// A frame not higher than this, in px, so long after it was loaded, in ms, was not told its height. The first stands in
// the style sheet too.
const least = 24;
const patience = 1500;

/** A height for a message whose own is not told: that of its words, and some for pictures and tables. */
function expected(entry: Entry): number {
  const lines = (entry.reply || entry.text).split("\n").reduce((n, l) => n + 1 + Math.floor(l.length / 90), 0);
  return Math.min(520, Math.max(140, lines * 23 + 80));
}
