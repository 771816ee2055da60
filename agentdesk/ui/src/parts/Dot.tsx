import type { Presence } from "@/api/types";
import css from "./parts.module.css";

/** How somebody is; the words for it stand beside it. */
export function Dot({ state }: { state: Presence }) {
  return <span className={css.dot} data-state={state} aria-hidden />;
}
