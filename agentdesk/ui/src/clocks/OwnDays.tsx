import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import admin from "@/admin/admin.module.css";
import { Quiet } from "@/parts/Quiet";
import type { CalendarDay } from "./calls.ts";
import css from "./calendar.module.css";
import { listed } from "./month.ts";

interface Props {
  days: CalendarDay[];
  may: boolean;
  fault: string | undefined;
  set: (days: CalendarDay[]) => void;
}

/** Days of the company's own: closed, or worked with hours of their own. */
export function OwnDays({ days, may, fault, set }: Props) {
  const { t } = useTranslation();
  const change = (i: number, c: Partial<CalendarDay>) => set(days.map((d, n) => (n === i ? { ...d, ...c } : d)));
  return (
    <fieldset className={css.own}>
      <legend>{t("calendars.own")}</legend>
      {days.map((d, i) => (
        // eslint-disable-next-line react/no-array-index-key -- a day has no name of its own until its date is written
        <div key={i} className={css.ownDay}>
          <Input type="date" aria-label={t("calendars.date")} disabled={!may} value={d.date} onChange={(e) => change(i, { date: e.target.value })} />
          <Input aria-label={t("calendars.day_name")} placeholder={t("calendars.day_name")} disabled={!may} value={d.name ?? ""} maxLength={100} onChange={(e) => change(i, { name: e.target.value })} />
          <Select
            aria-label={t("calendars.own")}
            disabled={!may}
            value={d.work}
            options={[
              { value: false, label: t("calendars.closed") },
              { value: true, label: t("calendars.worked") },
            ]}
            onChange={(work) => change(i, { work, open: [] })}
          />
          {d.work && (
            <Input
              aria-label={t("calendars.hours")}
              placeholder={t("calendars.hours")}
              disabled={!may}
              defaultValue={(d.open ?? []).join(", ")}
              onBlur={(e) => change(i, { open: listed(e.target.value) })}
            />
          )}
          {may && (
            <Quiet label={t("calendars.drop_day")} onClick={() => set(days.filter((_, n) => n !== i))}>
              <DeleteOutlined />
            </Quiet>
          )}
        </div>
      ))}
      {fault && (
        <p className={admin.errorText} role="alert">
          {fault}
        </p>
      )}
      {may && (
        <Button size="small" icon={<PlusOutlined />} onClick={() => set([...days, { date: new Date().toISOString().slice(0, 10), name: "", work: false }])}>
          {t("calendars.add_day")}
        </Button>
      )}
    </fieldset>
  );
}
