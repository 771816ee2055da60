import { useSyncExternalStore } from "react";
import { paint, type Look } from "@/theme";

/** What a person chose for this browser: a look, or that of the system. */
export type LookChoice = Look | "system";

const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function lookChoice(): LookChoice {
  const kept = localStorage.getItem("look");
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function look(): Look {
  const choice = lookChoice();
  if (choice !== "system") return choice;
  return system.matches ? "dark" : "light";
}

function changed(): void {
  paint(look());
  for (const f of listeners) f();
}

export function chooseLook(choice: LookChoice): void {
  localStorage.setItem("look", choice);
  changed();
}

/** Paints the page and follows the system and the other tabs from then on. */
export function startLook(): void {
  paint(look());
  system.addEventListener("change", changed);
  addEventListener("storage", (e) => e.key === "look" && changed());
}

function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

export function useLook(): Look {
  return useSyncExternalStore(subscribe, look);
}

export function useLookChoice(): LookChoice {
  return useSyncExternalStore(subscribe, lookChoice);
}
