import { CloseOutlined, LinkOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { endLink, makeLink, ticketLinks } from "@/api/calls";
import type { SecretLink, Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import { useMay } from "@/data/queries";
import { Quiet } from "@/parts/Quiet";
import { Time } from "@/parts/Time";
import css from "./customer.module.css";

/** Links by which the customer sees the ticket and answers without signing in: made and copied, looked through, ended. */
export function SecretLinks({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const may = useMay("page.make");
  // Told by the server this once.
  const [made, setMade] = useState("");
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState(false);
  const { data = [] } = useQuery({ queryKey: keys.ticketLinks(ticket.id), queryFn: ({ signal }) => ticketLinks(ticket.id, signal), enabled: open });
  const holding = data.filter((l) => !l.revoked_at && Date.parse(l.expires_at) > Date.now());
  if (!may || ticket.merged_into) return null;

  async function run(act: () => Promise<void>) {
    setBusy(true);
    try {
      await act();
    } catch (e) {
      void message.error((e as Error).message);
    }
    setBusy(false);
    void client.invalidateQueries({ queryKey: keys.ticketLinks(ticket.id) });
  }
  const make = () =>
    run(async () => {
      const { url = "" } = await makeLink(ticket.id);
      setMade(url);
      // A page without TLS may not write to the clipboard; the link stands below then, to be copied by hand.
      const copied = await navigator.clipboard?.writeText(url).then(
        () => true,
        () => false,
      );
      if (copied) void message.success(t("secret.copied"), 3);
    });
  const end = (l: SecretLink) =>
    run(async () => {
      await endLink(l.id);
      setMade("");
    });
  return (
    <section className={css.section} aria-label={t("secret.title")}>
      <h2 className={css.title}>{t("secret.title")}</h2>
      <Button size="small" icon={<LinkOutlined />} loading={busy} title={t("secret.more")} onClick={() => void make()}>
        {t("secret.make")}
      </Button>
      {made && <Input size="small" readOnly value={made} aria-label={t("secret.made")} className={css.made} onFocus={(e) => e.target.select()} />}
      <details className={css.links} open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary>{t("secret.holding")}</summary>
        {holding.length === 0 && <p className={css.muted}>{t("secret.none")}</p>}
        <ul>
          {holding.map((l) => (
            <li key={l.id} className={css.participant}>
              <span>
                {l.mailed ? t("secret.mailed") : l.made_by || t("event.system")} · {t("secret.until")} <Time at={l.expires_at} />
                {l.answered_at && ` · ${t("secret.answered")}`}
              </span>
              <Quiet label={t("secret.end")} disabled={busy} onClick={() => void end(l)}>
                <CloseOutlined />
              </Quiet>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
