import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { HouseField, Ticket } from "@/api/types";
import { fieldsQuery, nameIn, useMay } from "@/data/queries";
import { valueText } from "../list/Columns.tsx";
import { FieldInput } from "../fields/FieldInput.tsx";
import { useChange } from "../ticket/useChange.ts";
import css from "./customer.module.css";

/** What this house wants to know of a ticket; each value is changed where it stands. */
export function Fields({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useTranslation();
  const { data = [] } = useQuery(fieldsQuery);
  const may = useMay("ticket.edit") && !ticket.merged_into;
  const values = ticket.fields as Record<string, unknown>;
  const shown = data.filter((f) => !f.retired || values[f.key] !== undefined);
  if (shown.length === 0) return null;
  return (
    <section className={css.section}>
      <h2 className={css.title}>{t("fields.panel")}</h2>
      <dl className={css.fields}>
        {shown.map((f) => (
          <div key={f.key}>
            <dt>
              {nameIn(f, i18n.language)}
              {f.required && (
                <abbr title={t("fields.must")} className={css.must}>
                  *
                </abbr>
              )}
            </dt>
            <dd>{may ? <Value field={f} ticket={ticket} value={values[f.key]} /> : valueText(f, values[f.key], t, i18n.language) || "–"}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** One value: what is chosen is kept at once, what is written when the field is left, or with Enter. */
function Value({ field, ticket, value }: { field: HouseField; ticket: Ticket; value: unknown }) {
  const change = useChange();
  const save = (v: unknown) => void change(ticket, { fields: { [field.key]: v === undefined || v === "" ? null : v } });
  const chosen = field.type === "choice" || field.type === "yes_no";
  return chosen ? <FieldInput field={field} size="small" value={value} onChange={save} /> : <Written field={field} value={value} save={save} />;
}

function Written({ field, value, save }: { field: HouseField; value: unknown; save: (v: unknown) => void }) {
  const kept = JSON.stringify(value);
  const [now, setNow] = useState(value);
  useEffect(() => setNow(kept === undefined ? undefined : (JSON.parse(kept) as unknown)), [kept]);
  function done() {
    const v = typeof now === "string" ? now.trim() : now;
    if (JSON.stringify(v) !== kept && !(v === "" && value === undefined)) save(v);
  }
  return (
    <span
      onBlur={done}
      onKeyDown={(e) => {
        if (e.key === "Enter" && !e.nativeEvent.isComposing) done();
      }}
      role="presentation"
    >
      <FieldInput field={field} size="small" value={now} onChange={setNow} />
    </span>
  );
}
