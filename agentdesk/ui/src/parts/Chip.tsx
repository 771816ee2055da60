import type { ReactNode } from "react";
import css from "./parts.module.css";

export type Tone = "plain" | "accent" | "good" | "warn" | "bad";

/** A word or two with a ground. Its colour never says anything that its words do not. */
export function Chip({ tone = "plain", title, children }: { tone?: Tone; title?: string | undefined; children: ReactNode }) {
  return (
    <span className={css.chip} data-tone={tone} title={title}>
      {children}
    </span>
  );
}
