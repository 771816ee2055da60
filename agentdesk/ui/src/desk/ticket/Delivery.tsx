import { CheckOutlined, ClockCircleOutlined, ExclamationCircleFilled, EyeOutlined, QuestionCircleFilled, SendOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { decideDelivery } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Delivery, Entry, Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import { line } from "@/live/state";
import { full } from "@/parts/time";
import { writeAgain } from "../composer/drafts.ts";
import css from "./timeline.module.css";

const icons = {
  queued: <ClockCircleOutlined />,
  sending: <SendOutlined />,
  sent: <CheckOutlined />,
  delivered: <CheckOutlined />,
  read: <EyeOutlined />,
  uncertain: <QuestionCircleFilled />,
  failed: <ExclamationCircleFilled />,
};

/** What is known of a delivery beyond its state: our own codes in words, a server's words as they are. */
function useDetail(detail: string): string {
  const { t } = useTranslation();
  if (!/^[a-z_]+$/.test(detail)) return detail;
  return (t as unknown as (key: string, options: object) => string)(`delivery_detail.${detail}`, { defaultValue: detail });
}

/** How far a sent message got, in a word beside its time. */
export function DeliveryMark({ delivery }: { delivery: Delivery }) {
  const { t, i18n } = useTranslation();
  const detail = useDetail(delivery.detail);
  const at = delivery.at ? full(Date.parse(delivery.at), i18n.language) : "";
  return (
    <span className={css.delivery} data-state={delivery.state} title={[at, detail].filter(Boolean).join("\n")}>
      <span aria-hidden>{icons[delivery.state]}</span>
      {t(`delivery.${delivery.state}`)}
    </span>
  );
}

/** What went wrong with a message, and what can be done about it. */
export function DeliveryTrouble({ entry, ticket }: { entry: Entry; ticket: Ticket }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const d = entry.delivery;
  const detail = useDetail(d?.detail ?? "");
  if (d?.state !== "failed" && d?.state !== "uncertain") return null;

  async function decide(decision: "sent" | "resend") {
    setBusy(true);
    try {
      await decideDelivery(entry.id, decision);
      if (line.get() !== "up") await client.invalidateQueries({ queryKey: keys.timeline(ticket.id) });
    } catch (e) {
      void message.error(e instanceof Problem && !e.offline ? e.message : t("error.not_saved"));
    } finally {
      setBusy(false);
    }
  }
  return (
    <div className={css.trouble} data-state={d.state} role="alert">
      <p>
        <b>{t(`delivery.${d.state}_lead`)}</b> {t(`delivery.${d.state}_more`)}
      </p>
      {detail && <p className={css.detail}>{detail}</p>}
      <div className={css.troubleActs}>
        {d.state === "uncertain" && (
          <Button size="small" disabled={busy} onClick={() => void decide("sent")}>
            {t("delivery.arrived")}
          </Button>
        )}
        <Button size="small" disabled={busy} onClick={() => void decide("resend")}>
          {t("delivery.resend")}
        </Button>
        {d.state === "failed" && (
          <Button size="small" type="text" onClick={() => writeAgain(ticket, entry)}>
            {t("delivery.write_again")}
          </Button>
        )}
      </div>
    </div>
  );
}
