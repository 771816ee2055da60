import { useTranslation } from "react-i18next";
import { useEachSecond } from "@/lead/useSecond";
import { full } from "@/parts/time";
import type { Due } from "./calls.ts";
import css from "./clocks.module.css";
import { nearness, remaining } from "./due.ts";

/** When the next answer is due: quiet while there is time, and counting by itself. */
export function DueBadge({ due }: { due: Due }) {
  const { t, i18n } = useTranslation();
  const at = Date.parse(due.at);
  const near = useEachSecond((now) => nearness(due, now));
  const left = useEachSecond((now) => remaining(at, now, i18n.language));
  const kind = t(`clocks.kind.${due.kind}`);
  return (
    <span className={css.badge} data-near={near} title={`${kind}: ${t(near === "over" ? "clocks.was_due" : "clocks.due_at", { at: full(at, i18n.language) })}`}>
      <span className="sr-only">{kind}</span>
      {left}
    </span>
  );
}
