import { useQuery } from "@tanstack/react-query";
import { Popover } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Scope } from "./calls.ts";
import css from "./lead.module.css";
import { measuresQuery } from "./queries.ts";
import { formula, title } from "./words.ts";

const Rows = lazy(() => import("./Rows.tsx"));

interface Props {
  /** The measure's name, as docs/metrics.md and GET /measures have it. */
  name: string;
  scope?: Scope;
  /** Of what the number is, for its rows: a queue's or an agent's name. */
  of?: string;
  tone?: "good" | "warn" | "bad" | undefined;
  children: ReactNode;
}

const today: Scope = {};

/** A number. Under the pointer it says how it is made, and opens into the rows it was counted from. */
export function Measured({ name, scope = today, of = "", tone, children }: Props) {
  const { t, i18n } = useTranslation();
  const { data = [] } = useQuery(measuresQuery);
  const [open, setOpen] = useState(false);
  const m = data.find((x) => x.name === name);
  const words = m ? title(m, i18n.language) : name;
  return (
    <>
      <Popover
        mouseEnterDelay={0.35}
        trigger={["hover"]}
        content={
          m && (
            <div className={css.formula}>
              <b>{words}</b>
              <p>{formula(m, i18n.language)}</p>
              <small>{t("lead.version", { version: m.version })}</small>
            </div>
          )
        }
      >
        <button type="button" className={css.number} data-tone={tone} aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <span className="sr-only">{`${of} ${words}: `}</span>
          {children}
        </button>
      </Popover>
      {open && m && (
        <Suspense>
          <Rows measure={m} scope={scope} of={of} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
