import { useTranslation } from "react-i18next";
import css from "./priority.module.css";

/** Urgent and high are marked, normal and low are not: most tickets are. */
export function Priority({ value }: { value: number }) {
  const { t } = useTranslation();
  if (value > 2) return null;
  const words = t(value === 1 ? "priority.1" : "priority.2");
  return (
    <span className={css.mark} data-value={value} title={words}>
      <span aria-hidden>{value === 1 ? "!!" : "!"}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
