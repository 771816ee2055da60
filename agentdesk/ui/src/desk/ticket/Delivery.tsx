import { CheckOutlined, ClockCircleOutlined, ExclamationCircleFilled, QuestionCircleFilled, SendOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Delivery, Entry, Ticket } from "@/api/types";
import { full } from "@/parts/time";
import { writeAgain } from "../composer/drafts.ts";
import css from "./timeline.module.css";

const icons = {
  queued: <ClockCircleOutlined />,
  sending: <SendOutlined />,
  sent: <CheckOutlined />,
  uncertain: <QuestionCircleFilled />,
  failed: <ExclamationCircleFilled />,
};

/** How far a sent message got, in a word beside its time. */
export function DeliveryMark({ delivery }: { delivery: Delivery }) {
  const { t, i18n } = useTranslation();
  const at = delivery.at ? full(Date.parse(delivery.at), i18n.language) : "";
  return (
    <span className={css.delivery} data-state={delivery.state} title={[at, delivery.detail].filter(Boolean).join("\n")}>
      <span aria-hidden>{icons[delivery.state]}</span>
      {t(`delivery.${delivery.state}`)}
    </span>
  );
}

/** What went wrong with a message, and what can be done about it. */
export function DeliveryTrouble({ entry, ticket }: { entry: Entry; ticket: Ticket }) {
  const { t } = useTranslation();
  const d = entry.delivery;
  if (d?.state !== "failed" && d?.state !== "uncertain") return null;
  return (
    <div className={css.trouble} data-state={d.state} role="alert">
      <p>
        <b>{t(`delivery.${d.state}_lead`)}</b> {t(`delivery.${d.state}_more`)}
      </p>
      {d.detail && <p className={css.detail}>{d.detail}</p>}
      <Button size="small" onClick={() => writeAgain(ticket, entry)}>
        {t("delivery.write_again")}
      </Button>
    </div>
  );
}
