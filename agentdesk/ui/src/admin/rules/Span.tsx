import { InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./rules.module.css";

const units = { s: 1, min: 60, h: 3600, d: 86_400 };
type Unit = keyof typeof units;

/** The largest unit in which a time is a whole number. */
function unitOf(seconds: number): Unit {
  if (seconds === 0) return "s";
  return (["d", "h", "min"] as const).find((u) => seconds % units[u] === 0) ?? "s";
}

interface Props {
  /** In seconds. */
  value: number;
  change: (seconds: number) => void;
  label: string;
  least?: number;
  most?: number;
  disabled?: boolean;
}

/** A length of time: a number and its unit, in seconds for whoever uses it. */
export function Span({ value, change, label, least = 0, most = 604_800, disabled }: Props) {
  const { t } = useTranslation();
  const [unit, setUnit] = useState<Unit>(unitOf(value));
  const fits = value % units[unit] === 0 ? unit : unitOf(value);
  const each = units[fits];
  return (
    <span className={css.span}>
      <InputNumber
        value={value / each}
        min={Math.ceil(least / each)}
        max={Math.floor(most / each)}
        precision={0}
        disabled={disabled}
        aria-label={label}
        onChange={(n) => change((n ?? 0) * each)}
      />
      <Select
        value={fits}
        disabled={disabled}
        aria-label={t("rules.unit_of", { label })}
        options={(Object.keys(units) as Unit[]).map((u) => ({ value: u, label: t(`rules.unit.${u}`) }))}
        onChange={(u) => {
          setUnit(u);
          change(Math.min(most, Math.max(least, (value / each) * units[u])));
        }}
      />
    </span>
  );
}
