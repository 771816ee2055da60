import { useTranslation } from "react-i18next";
import type { YearKnown } from "./calls.ts";
import css from "./calendar.module.css";

/** The years whose official holidays are known, with the notices they are from. */
export function Years({ years }: { years: YearKnown[] }) {
  const { t } = useTranslation();
  return (
    <section className={css.years}>
      <h2>{t("calendars.years")}</h2>
      <ul>
        {years.map((y) => (
          <li key={`${y.country} ${y.year}`}>
            <b>{`${y.country} ${y.year}`}</b> {t("calendars.year_days", { free: y.free, worked: y.worked })}
            {y.added && ` · ${t("calendars.year_added")}`}
            <span>{(y.papers ?? []).join("；")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
