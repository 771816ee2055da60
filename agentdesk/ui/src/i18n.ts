import type { Locale } from "antd/es/locale";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { speak } from "@/api/client";
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
