import { useQuery } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { HouseField, Ticket } from "@/api/types";
import { fieldsQuery, nameIn, useMay } from "@/data/queries";
import { valueText } from "../list/Columns.tsx";
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

function Value({ field, ticket, value }: { field: HouseField; ticket: Ticket; value: unknown }) {
  const { t, i18n } = useTranslation();
  const change = useChange();
  const label = nameIn(field, i18n.language);
  const save = (v: unknown) => void change(ticket, { fields: { [field.key]: v } });
  switch (field.type) {
    case "choice":
      return (
        <Select
          size="small"
          allowClear
          aria-label={label}
          className={css.field}
          value={(value as string | undefined) ?? null}
          options={(field.choices ?? []).map((c) => ({ value: c.key, label: nameIn(c, i18n.language) }))}
          onChange={(v) => save(v ?? null)}
        />
      );
    case "yes_no":
      return (
        <Select
          size="small"
          allowClear
          aria-label={label}
          className={css.field}
          value={(value as boolean | undefined) ?? null}
          options={[
            { value: true, label: t("fields.yes") },
            { value: false, label: t("fields.no") },
          ]}
          onChange={(v) => save(v ?? null)}
        />
      );
    case "money":
      return <Money label={label} value={value as Money | undefined} save={save} />;
    default:
      return <Text type={field.type === "date" ? "date" : "text"} numeric={field.type === "number"} label={label} value={value === undefined ? "" : String(value)} save={(v) => save(v === "" ? null : v)} />;
  }
}

interface TextProps {
  type: "text" | "date";
  numeric: boolean;
  label: string;
  value: string;
  save: (v: string) => void;
}

/** A value that is kept when the field is left, or with Enter. */
function Text({ type, numeric, label, value, save }: TextProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const done = () => text.trim() !== value && save(text.trim());
  return (
    <Input
      size="small"
      type={type}
      inputMode={numeric ? "decimal" : undefined}
      maxLength={2000}
      aria-label={label}
      value={text}
      onChange={(e) => setText(e.target.value)}
      onBlur={done}
      onPressEnter={(e) => {
        if (!e.nativeEvent.isComposing) done();
      }}
    />
  );
}

interface Money {
  amount: string;
  currency: string;
}

const currencies = ["CNY", "EUR", "USD", "JPY", "GBP"];

function Money({ label, value, save }: { label: string; value: Money | undefined; save: (v: Money | null) => void }) {
  const { t } = useTranslation();
  const currency = value?.currency ?? "CNY";
  return (
    <span className={css.money}>
      <Text type="text" numeric label={t("fields.amount", { name: label })} value={value?.amount ?? ""} save={(amount) => save(amount === "" ? null : { amount, currency })} />
      <Select
        size="small"
        aria-label={t("fields.currency", { name: label })}
        value={currency}
        options={[...new Set([currency, ...currencies])].map((c) => ({ value: c, label: c }))}
        onChange={(c) => value && save({ amount: value.amount, currency: c })}
      />
    </span>
  );
}
