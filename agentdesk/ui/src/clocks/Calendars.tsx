import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import admin from "@/admin/admin.module.css";
import { useMay } from "@/data/queries";
import { Bone, Failed, Late } from "@/parts/states";
import css from "./calendar.module.css";
import { CalendarDesk } from "./CalendarDesk.tsx";
import { calendarsQuery } from "./queries.ts";
import { YearForm } from "./YearForm.tsx";
import { Years } from "./Years.tsx";

/** The calendars: when the company is open, drawn month by month, and tried before they are relied on. */
export default function Calendars() {
  const { t } = useTranslation();
  const query = useQuery(calendarsQuery);
  const may = useMay("calendar.edit");
  const [chosen, setChosen] = useState<string>();
  const [addingYear, setAddingYear] = useState(false);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  const items = query.data?.items ?? [];
  const adding = chosen === "";
  const shown = adding ? undefined : (items.find((c) => c.name === chosen) ?? items[0]);
  return (
    <div className={admin.page}>
      <header className={`${admin.head} ${css.wide}`}>
        <h1>{t("calendars.title")}</h1>
        {may && (
          <span className={css.acts}>
            <Button onClick={() => setAddingYear(true)}>{t("calendars.add_year")}</Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setChosen("")}>
              {t("calendars.add")}
            </Button>
          </span>
        )}
      </header>
      {query.isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      {query.data && (
        <>
          <Segmented
            aria-label={t("calendars.title")}
            value={adding ? "" : (shown?.name ?? "")}
            options={[...items.map((c) => ({ value: c.name, label: c.name })), ...(adding ? [{ value: "", label: t("calendars.new") }] : [])]}
            onChange={(name) => setChosen(name)}
          />
          <CalendarDesk key={shown ? `${shown.id}` : "new"} kept={shown} years={query.data.years ?? []} may={may} saved={setChosen} />
          <Years years={query.data.years ?? []} />
        </>
      )}
      {addingYear && <YearForm close={() => setAddingYear(false)} />}
    </div>
  );
}
