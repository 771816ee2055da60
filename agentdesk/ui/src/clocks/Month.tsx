import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Quiet } from "@/parts/Quiet";
import type { DrawnDay } from "./calls.ts";
import css from "./calendar.module.css";
import { daysBefore, onBar, shifted } from "./month.ts";

interface Props {
  month: string;
  days: DrawnDay[];
  show: (month: string) => void;
}

/** A month of a calendar as it is worked: each day with its hours on a bar of 24, its breaks left open, and why it differs. */
export function Month({ month, days, show }: Props) {
  const { t, i18n } = useTranslation();
  const tag = i18n.language === "zh" ? "zh-CN" : "en-GB";
  const title = new Intl.DateTimeFormat(tag, { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
  const weekday = new Intl.DateTimeFormat(tag, { weekday: "short", timeZone: "UTC" });
  const first = days[0];
  return (
    <section className={css.month} aria-label={title}>
      <header className={css.monthHead}>
        <Quiet label={t("calendars.before")} onClick={() => show(shifted(month, -1))}>
          <LeftOutlined />
        </Quiet>
        <h2>{title}</h2>
        <Quiet label={t("calendars.after")} onClick={() => show(shifted(month, 1))}>
          <RightOutlined />
        </Quiet>
      </header>
      <div className={css.weekdays} aria-hidden>
        {Array.from({ length: 7 }, (_, i) => (
          <span key={i}>{weekday.format(new Date(Date.UTC(2026, 5, 1 + i)))}</span>
        ))}
      </div>
      <ol className={css.days}>
        {first && Array.from({ length: daysBefore(first.date) }, (_, i) => <li key={i} className={css.gap} aria-hidden />)}
        {days.map((d) => (
          <Day key={d.date} day={d} />
        ))}
      </ol>
      <ul className={css.legend}>
        {(["holiday", "makeup", "own_hours", "not_known"] as const).map((kind) => (
          <li key={kind} data-kind={kind}>
            {t(`calendars.day.${kind}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Day({ day }: { day: DrawnDay }) {
  const { t } = useTranslation();
  const why = day.kind === "ordinary" || day.kind === "not_valid" ? "" : t(`calendars.day.${day.kind}`);
  return (
    <li className={css.day} data-kind={day.kind} data-closed={day.open.length === 0 || undefined} title={day.open.join(", ") || t("calendars.closed")}>
      <span className={css.dayHead}>
        <time dateTime={day.date}>{Number(day.date.slice(8))}</time>
        {why && <span className={css.dayName}>{day.name || (day.kind === "not_known" ? "" : why)}</span>}
      </span>
      <span className={css.bar} aria-hidden>
        {day.open.map((span) => {
          const { left, width } = onBar(span);
          return <span key={span} style={{ left: `${left}%`, width: `${width}%` }} />;
        })}
      </span>
      <span className={css.spans}>
        {day.open.map((span) => (
          <span key={span}>{span}</span>
        ))}
        {day.open.length === 0 && t("calendars.closed")}
      </span>
    </li>
  );
}
