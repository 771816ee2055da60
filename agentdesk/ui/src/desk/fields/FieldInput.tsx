import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { HouseField } from "@/api/types";
import { nameIn } from "@/data/queries";
import css from "./fields.module.css";

type Option = { value: string | boolean; label: string };

interface Props {
  field: HouseField;
  /** As the API has it: a text, a boolean, an amount of money; none is undefined or null. */
  value?: unknown;
  onChange?: (value: unknown) => void;
  id?: string;
  size?: "small" | "middle";
  /** What an empty choice means. */
  placeholder?: string;
}

/** Where a value of a field of the house is entered, by the field's type. It fits into an item of a form. */
export function FieldInput({ field, value, onChange, id, size = "middle", placeholder }: Props) {
  const { t, i18n } = useTranslation();
  const label = nameIn(field, i18n.language);
  const named = id ? { id } : { "aria-label": label };
  const hint = placeholder ? { placeholder } : {};
  if (field.type === "money") return <Money {...named} label={label} size={size} value={value as Amount | null | undefined} change={(v) => onChange?.(v)} />;
  if (field.type === "choice" || field.type === "yes_no") {
    return (
      <Select<string | boolean | null, Option>
        {...named}
        {...hint}
        size={size}
        allowClear
        className={css.whole}
        value={(value as string | boolean | undefined) ?? null}
        options={
          field.type === "choice"
            ? (field.choices ?? []).map((c) => ({ value: c.key, label: nameIn(c, i18n.language) }))
            : [
                { value: true, label: t("fields.yes") },
                { value: false, label: t("fields.no") },
              ]
        }
        onChange={(v) => onChange?.(v ?? undefined)}
      />
    );
  }
  return (
    <Input
      {...named}
      size={size}
      type={field.type === "date" ? "date" : "text"}
      inputMode={field.type === "number" ? "decimal" : undefined}
      maxLength={2000}
      autoComplete="off"
      value={value === undefined || value === null ? "" : String(value)}
      onChange={(e) => onChange?.(e.target.value)}
    />
  );
}

export interface Amount {
  amount: string;
  currency: string;
}

const currencies = ["CNY", "EUR", "USD", "JPY", "GBP"];

interface MoneyProps {
  label: string;
  id?: string;
  size: "small" | "middle";
  value: Amount | null | undefined;
  change: (value: Amount | undefined) => void;
}

function Money({ label, id, size, value, change }: MoneyProps) {
  const { t } = useTranslation();
  const currency = value?.currency ?? "CNY";
  return (
    <span className={css.money}>
      <Input
        {...(id ? { id } : {})}
        size={size}
        inputMode="decimal"
        maxLength={30}
        autoComplete="off"
        aria-label={t("fields.amount", { name: label })}
        value={value?.amount ?? ""}
        onChange={(e) => change(e.target.value === "" ? undefined : { amount: e.target.value, currency })}
      />
      <Select
        size={size}
        aria-label={t("fields.currency", { name: label })}
        value={currency}
        options={[...new Set([currency, ...currencies])].map((c) => ({ value: c, label: c }))}
        onChange={(c) => value && change({ amount: value.amount, currency: c })}
      />
    </span>
  );
}
