import { CheckOutlined, CloseOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { ChannelIcon, channelName } from "@/parts/Channel";
import { Quiet } from "@/parts/Quiet";
import { clock } from "./offers.ts";
import css from "./offers.module.css";
import type { OfferProps } from "./OfferCard.tsx";

/** An offer behind the first, in one line: so that several at once leave the lists free. */
export function OfferLine({ offer, seconds, part, busy, answer }: OfferProps) {
  const { t } = useTranslation();
  const customer = offer.customer || t("contact.nobody");
  return (
    <article className={css.next} data-late={part < 0.34 || undefined} aria-label={t("offer.of", { customer })} title={offer.subject}>
      <ChannelIcon channel={offer.channel} silent />
      <p className={css.brief} role="alert">
        <span className="sr-only">{t("offer.new", { channel: channelName(t, offer.channel) })} </span>
        {customer}
      </p>
      <span className={css.time} role="timer">
        {clock(seconds)}
      </span>
      <Quiet label={t("offer.accept_of", { customer })} disabled={busy} onClick={() => answer("accept")}>
        <CheckOutlined />
      </Quiet>
      <Quiet label={t("offer.decline_of", { customer })} disabled={busy} onClick={() => answer("decline")}>
        <CloseOutlined />
      </Quiet>
    </article>
  );
}
