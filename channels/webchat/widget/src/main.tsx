import { render } from "preact";
import { Chat } from "./chat.ts";
import { palette } from "./colour.ts";
import { App } from "./panel.tsx";
import { openStore } from "./store.ts";
import type { View } from "./view.ts";
import css from "./widget.css?inline";
import { language, speak } from "./words.ts";

// Only while the script itself runs is it known which of the page's scripts it is.
const tag = document.currentScript as HTMLScriptElement;
const address = /^(.*)\/chat\/([\w-]+)\/widget\.js/.exec(tag.src);

/** Puts the chat on the page, in a shadow tree that the page's styles do not reach. */
function start(base: string, site: string): void {
  const name = "frontline-chat";
  // A tag that stands twice on a page, or is put in again by its own routing, opens one chat.
  if (document.querySelector(`${name}[data-site="${site}"]`)) return;
  const host = document.createElement(name);
  host.dataset.site = site;
  const root = host.attachShadow({ mode: "open" });
  // Sheets made by script are no inline styles: a strict policy of the page lets them be.
  const looks = new CSSStyleSheet();
  const colours = new CSSStyleSheet();
  looks.replaceSync(css);
  root.adoptedStyleSheets = [colours, looks];
  const find = <E extends HTMLElement>(selector: string) => root.querySelector<E>(selector);

  const store = openStore(`frontline:${base}/${site}:`);
  const speaks = language(tag.dataset.lang || document.documentElement.lang, navigator.languages);
  const locale = navigator.languages.find((l) => l.startsWith(speaks)) ?? speaks;
  const phone = matchMedia("(max-width: 480px)");
  const chat = new Chat({ base, site, language: speaks, locale, identity: tag.dataset.identity ?? "" }, store, () => view.set({}));
  const view: View = {
    chat,
    store,
    say: () => "",
    // A chat that was open on the page before is open here, but does not cover a phone's page unasked.
    screen: { open: !phone.matches && !!store.get("open"), fresh: false, ending: false, what: null, over: false, bad: {}, uploads: [], trouble: "", follow: true },
    set(to) {
      Object.assign(view.screen, to);
      if (ready) draw();
    },
    turn(open) {
      store.set("open", open ? "1" : "");
      view.set({ open, follow: true });
      if (open) focus();
      else find(".launcher")?.focus();
    },
  };

  let ready = false;
  let said = 0;
  function draw() {
    const focused = root.activeElement;
    const { brand, on, ink } = palette(chat.site?.colour ?? "");
    colours.replaceSync(`:host{--brand:${brand};--on:${on};--ink:${ink}}`);
    render(<App view={view} />, root);
    const panel = find<HTMLDialogElement>("dialog");
    if (panel && !panel.open) opened(panel);
    const area = find(".grow");
    if (area) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + 2}px`;
    }
    const log = find("[role=log]");
    // The visitor's own words bring him to the end; others' leave him where he reads.
    const own = chat.outbox.letters.length + chat.sent.length;
    if (log && (view.screen.follow || own > said)) log.scrollTop = log.scrollHeight;
    said = own;
    // A form that is answered takes the focus with it.
    if (focused && !root.activeElement && panel) focus();
    if (log && view.screen.follow && document.visibilityState === "visible") chat.sawAll();
  }

  function opened(panel: HTMLDialogElement) {
    // On a phone the panel is all there is. Beside a page it must not take the focus, as a dialog that is shown does.
    if (phone.matches) panel.showModal();
    else panel.setAttribute("open", "");
    fit();
    chat.connect();
  }

  /** Puts the cursor where the visitor writes; a finger's keyboard does not jump up by itself. */
  function focus() {
    const field = matchMedia("(pointer: coarse)").matches ? null : find("form :is(input:not(.sr), select, textarea)");
    (field ?? find("dialog"))?.focus();
  }

  /** A phone's keyboard makes the visible part smaller than the page: the panel keeps to it. */
  const seen = window.visualViewport;
  function fit() {
    const panel = find("dialog");
    if (!seen || !panel) return;
    panel.style.setProperty("--height", `${seen.height}px`);
    panel.style.setProperty("--top", `${seen.offsetTop}px`);
    view.set({});
  }
  for (const kind of ["resize", "scroll"]) seen?.addEventListener(kind, fit);
  for (const kind of ["online", "pageshow"]) addEventListener(kind, () => chat.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    chat.wake();
    view.set({});
  });
  document.body.append(host);
  if (chat.known()) chat.connect();
  // A page that may not open this chat, or a program that is away, leaves the page as it is.
  chat.look().then((config) => {
    view.say = speak(config.words);
    ready = true;
    draw();
  }).catch((e: unknown) => console.warn("Frontline: the chat is not shown:", e));
}

if (address) {
  const [, base = "", site = ""] = address;
  if (document.body) start(base, site);
  else addEventListener("DOMContentLoaded", () => start(base, site));
}
