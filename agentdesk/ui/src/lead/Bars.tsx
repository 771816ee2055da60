import { useTranslation } from "react-i18next";
import type { Card } from "./calls.ts";
import css from "./lead.module.css";

/** The kept days of a standard, one bar each. */
export function Bars({ days, target }: { days: Card["days"]; target: number }) {
  const { t } = useTranslation();
  if (days.length === 0) return null;
  return (
    <ol className={css.bars} aria-label={t("standards.days")}>
      {days.map((d) => {
        const share = d.cases > 0 ? (100 * d.met) / d.cases : 0;
        const label = t("standards.day", { day: d.day, met: d.met, count: d.cases });
        return (
          <li key={d.day} title={label}>
            <span className="sr-only">{label}</span>
            <i style={{ height: `${Math.max(4, share)}%` }} data-tone={share >= target ? "good" : "bad"} aria-hidden />
          </li>
        );
      })}
    </ol>
  );
}
