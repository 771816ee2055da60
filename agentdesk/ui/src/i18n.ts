import type { Locale } from "antd/es/locale";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { changeMe } from "@/api/calls";
import { speak } from "@/api/client";
import type { Agent } from "@/api/types";
import type words from "@/locales/en.json";

/** The languages of the desk, as the server names them. */
export type Language = "zh" | "en";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof words };
  }
}

const packs = { zh: () => import("@/locales/zh"), en: () => import("@/locales/en") };
const tags = { zh: "zh-CN", en: "en" };
const antLocales = new Map<Language, Locale>();

/** The language kept in this browser, else the browser's own, else English. */
export function preferred(): Language {
  const kept = localStorage.getItem("language");
  if (kept === "zh" || kept === "en") return kept;
  return navigator.languages.some((l) => l.toLowerCase().startsWith("zh")) ? "zh" : "en";
}

/** Fetches a language and changes everything on the screen to it. */
export async function speakIn(language: Language): Promise<void> {
  const { words, ant } = (await packs[language]()).default;
  antLocales.set(language, ant);
  i18next.addResourceBundle(language, "translation", words);
  speak(tags[language]);
  document.documentElement.lang = tags[language];
  localStorage.setItem("language", language);
  await i18next.changeLanguage(language);
}

/**
 * The desk speaks the language of whoever signed in, whoever sat at this browser before; or the one that he chose at
 * the login, which is his from then on. Gives him as he is known now.
 */
export async function speakAs(agent: Agent, chosen: Language | null): Promise<Agent> {
  if (chosen && chosen !== agent.language) return keepLanguage(agent, chosen);
  if (agent.language === "zh" || agent.language === "en") await speakIn(agent.language);
  return agent;
}

/** Tells the server which language somebody wants; in this browser it holds even where the server cannot be told. */
export async function keepLanguage(agent: Agent, language: Language): Promise<Agent> {
  await changeMe({ language }).catch(() => {});
  return { ...agent, language };
}

/** Ant Design's own words in a language that speakIn has fetched. */
export function antLocale(language: string): Locale | undefined {
  return antLocales.get(language as Language);
}

export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    fallbackLng: false,
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await speakIn(preferred());
}
