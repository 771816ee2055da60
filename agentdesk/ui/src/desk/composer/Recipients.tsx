import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { type Store, useStore } from "@/parts/store";
import { Chips } from "./Chips.tsx";
import css from "./composer.module.css";
import { change, type Writing } from "./drafts.ts";

/** To whom the answer goes. Copies take no room until there are some or somebody asks. */
export function Recipients({ ticket, s }: { ticket: Ticket; s: Store<Writing> }) {
  const { t } = useTranslation();
  const to = useStore(s, (w) => w.to);
  const cc = useStore(s, (w) => w.cc);
  const bcc = useStore(s, (w) => w.bcc);
  const [shown, setShown] = useState({ cc: false, bcc: false });
  const known = [
    ...ticket.customer.contact.points.filter((p) => p.kind === "email").map((p) => p.address),
    ...ticket.participants.map((p) => p.address),
  ];
  const offered = [...new Set(known)].filter((a) => ![...to, ...cc, ...bcc].includes(a));
  const withCc = cc.length > 0 || shown.cc;
  const withBcc = bcc.length > 0 || shown.bcc;
  const set = (part: Partial<Writing>) => change(ticket.id, s, part);
  return (
    <div className={css.recipients}>
      <div className={css.recipientsMain}>
        <Chips label={t("message.to")} value={to} known={offered} change={(v) => set({ to: v })} />
        {withCc && <Chips label={t("message.cc")} value={cc} known={offered} autoFocus={shown.cc} change={(v) => set({ cc: v })} />}
        {withBcc && <Chips label={t("message.bcc")} value={bcc} known={offered} autoFocus={shown.bcc} change={(v) => set({ bcc: v })} />}
      </div>
      <div className={css.more}>
        {!withCc && (
          <button type="button" onClick={() => setShown((x) => ({ ...x, cc: true }))}>
            {t("message.cc")}
          </button>
        )}
        {!withBcc && (
          <button type="button" onClick={() => setShown((x) => ({ ...x, bcc: true }))}>
            {t("message.bcc")}
          </button>
        )}
      </div>
    </div>
  );
}
