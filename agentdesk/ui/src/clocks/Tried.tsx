import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import admin from "@/admin/admin.module.css";
import { Problem } from "@/api/client";
import { type Calendar, tryCalendar } from "./calls.ts";
import css from "./calendar.module.css";

/** Tries a calendar: from when, how long, and when that is due. */
export function Tried({ calendar, zone }: { calendar: string; zone: string }) {
  const { t, i18n } = useTranslation();
  const [from, setFrom] = useState(() => localMinute(new Date()));
  const [promise, setPromise] = useState(() => t("calendars.usual_promise"));
  const asked = useDeferredValue(promise);
  const query = useQuery({
    queryKey: ["calendar tried", calendar, from, asked],
    queryFn: ({ signal }) =>
      // What is promised plays no part in when it is due.
      tryCalendar({ calendar: JSON.parse(calendar) as Calendar, from: new Date(from).toISOString(), target: `resolution ${asked}` }, signal),
    enabled: asked.trim() !== "" && !Number.isNaN(Date.parse(from)),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const due = query.data?.due;
  const fault = query.error instanceof Problem ? query.error.fields.find((f) => f.field === "target")?.detail : undefined;
  return (
    <section className={css.tried} aria-label={t("calendars.try")}>
      <h2>{t("calendars.try")}</h2>
      <div className={css.tryFields}>
        <label className={css.field}>
          <span>{t("calendars.from")}</span>
          <Input type="datetime-local" value={from} onChange={(e) => setFrom(e.target.value)} />
        </label>
        <label className={css.field}>
          <span>{t("calendars.promise")}</span>
          <Input value={promise} maxLength={200} onChange={(e) => setPromise(e.target.value)} />
        </label>
      </div>
      {fault ? (
        <p className={admin.errorText} role="alert">
          {fault}
        </p>
      ) : (
        query.data && (
          <p className={css.answer} role="status">
            {due ? (
              <>
                {t("calendars.due")} <b>{inZone(due, zone, i18n.language)}</b>
              </>
            ) : (
              t("calendars.never")
            )}
            <span>
              {t(query.data.open ? "calendars.is_open" : "calendars.is_closed")}
              {!query.data.known && ` · ${t("calendars.not_known")}`}
            </span>
          </p>
        )
      )}
    </section>
  );
}

/** A moment as a field of date and time has it, in this browser's zone. */
function localMinute(d: Date): string {
  return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function inZone(at: string, timeZone: string, language: string): string {
  const tag = language === "zh" ? "zh-CN" : "en-GB";
  const options = { weekday: "short", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short", timeZone } as const;
  return new Intl.DateTimeFormat(tag, options).format(new Date(at));
}
