import { useTranslation } from "react-i18next";
import type { OneOfMany } from "@/api/types";
import css from "../together/together.module.css";

/** The tickets to which something could not be done, each with the reason. */
export function Failures({ of, done, number }: { of: OneOfMany[]; done: number; number: (id: number) => string }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("many.failed_lead", { done })}</p>
      <ul className={css.failures}>
        {of.map((o) => (
          <li key={o.ticket}>
            <span>{`#${number(o.ticket)}`}</span>
            <span>{o.detail}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
