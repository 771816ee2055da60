import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { type ReactNode, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import admin from "@/admin/admin.module.css";
import { Problem } from "@/api/client";
import { addCalendar, type Calendar, changeCalendar, type KeptCalendar, tryCalendar, type YearKnown } from "./calls.ts";
import css from "./calendar.module.css";
import { Month } from "./Month.tsx";
import { listed } from "./month.ts";
import { OwnDays } from "./OwnDays.tsx";
import { calendarsQuery } from "./queries.ts";
import { Tried } from "./Tried.tsx";

const fresh: Calendar = { name: "", zone: "Asia/Shanghai", week: "Mon-Fri 09:00-12:00,13:00-18:00", official: "CN" };

interface Props {
  kept: KeptCalendar | undefined;
  years: YearKnown[];
  may: boolean;
  saved: (name: string) => void;
}

/** One calendar: how it is written, how its months look with that, and when a promise by it is due. */
export function CalendarDesk({ kept, years, may, saved }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Calendar>(() => (kept ? without(kept) : fresh));
  const [makeup, setMakeup] = useState((kept?.makeup ?? []).join(", "));
  const [month, setMonth] = useState(() => new Date().toISOString().slice(0, 7));
  const written: Calendar = { ...draft, name: draft.name || "new", makeup: listed(makeup) };
  // What is typed is drawn when there is time for it.
  const drawn = useDeferredValue(JSON.stringify(written));
  const look = useQuery({
    queryKey: ["calendar drawn", drawn, month],
    queryFn: ({ signal }) => tryCalendar({ calendar: JSON.parse(drawn) as Calendar, month }, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const save = useMutation({
    mutationFn: async () => {
      const b = { ...written, name: draft.name };
      await (kept ? changeCalendar(kept.id, b) : addCalendar(b));
      await client.invalidateQueries({ queryKey: calendarsQuery.queryKey });
    },
    onSuccess: () => saved(draft.name),
  });
  const wrong = [...faultsOf(look.error), ...faultsOf(save.error)];
  const fault = (field: string) => wrong.find((f) => f.field === field || f.field.startsWith(`${field}.`))?.detail;
  const set = (change: Partial<Calendar>) => setDraft((old) => ({ ...old, ...change }));
  const countries = [...new Set(years.map((y) => y.country))];
  const elsewhere = wrong.filter((f) => !["name", "zone", "week", "makeup", "official", "days"].some((k) => f.field.startsWith(k))).map((f) => f.detail);
  return (
    <div className={css.desk}>
      <form
        className={css.fields}
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Field label={t("calendars.name")} fault={draft.name === "" ? undefined : fault("name")} more={kept ? t("calendars.name_stays") : t("calendars.name_more")}>
          <Input value={draft.name} disabled={!!kept || !may} maxLength={50} onChange={(e) => set({ name: e.target.value })} />
        </Field>
        <Field label={t("calendars.zone")} fault={fault("zone")}>
          <Select showSearch disabled={!may} value={draft.zone} options={zones.map((z) => ({ value: z, label: z }))} onChange={(zone) => set({ zone })} />
        </Field>
        <Field label={t("calendars.week")} fault={fault("week")} more={t("calendars.week_more")}>
          <Input.TextArea autoSize disabled={!may} value={draft.week} maxLength={2000} onChange={(e) => set({ week: e.target.value })} />
        </Field>
        <Field label={t("calendars.official")} fault={fault("official")} more={t("calendars.official_more")}>
          <Select
            disabled={!may}
            value={draft.official ?? ""}
            options={[{ value: "", label: t("calendars.none") }, ...countries.map((c) => ({ value: c, label: c }))]}
            onChange={(official) => set({ official })}
          />
        </Field>
        <Field label={t("calendars.makeup")} fault={fault("makeup")} more={t("calendars.makeup_more")}>
          <Input disabled={!may} value={makeup} maxLength={500} onChange={(e) => setMakeup(e.target.value)} />
        </Field>
        <OwnDays days={draft.days ?? []} may={may} fault={fault("days")} set={(days) => set({ days })} />
        {elsewhere.length > 0 && (
          <p className={admin.errorText} role="alert">
            {elsewhere.join(" ")}
          </p>
        )}
        {may && (
          <p className={css.saving}>
            <Button type="primary" htmlType="submit" loading={save.isPending} disabled={draft.name === "" || look.isError}>
              {t("mailboxes.save")}
            </Button>
            {kept && <span className={admin.muted}>{t("calendars.moves")}</span>}
          </p>
        )}
      </form>
      <div>
        <Month month={month} days={look.data?.days ?? []} show={setMonth} />
        <Tried calendar={drawn} zone={draft.zone} />
      </div>
    </div>
  );
}

const zones = Intl.supportedValuesOf("timeZone");

const without = ({ id: _, ...c }: KeptCalendar): Calendar => c;

/** What is wrong, by field; those of a calendar that is only drawn are named from outside it. */
function faultsOf(e: Error | null): { field: string; detail: string }[] {
  if (e instanceof Problem && e.fields.length > 0) return e.fields.map((f) => ({ field: f.field.replace(/^calendar\./, ""), detail: f.detail }));
  return e ? [{ field: "", detail: e.message }] : [];
}

function Field({ label, more, fault, children }: { label: string; more?: string; fault: string | undefined; children: ReactNode }) {
  return (
    <label className={css.field}>
      <span>{label}</span>
      {children}
      {fault ? (
        <span className={admin.errorText} role="alert">
          {fault}
        </span>
      ) : (
        more && <span className={css.more}>{more}</span>
      )}
    </label>
  );
}
