import { Button } from "antd";
import type { KeyboardEvent, Ref } from "react";
import { useTranslation } from "react-i18next";
import type { Offer } from "@/api/queue";
import { queueName } from "@/data/queries";
import { ChannelIcon, channelName } from "@/parts/Channel";
import { Kbd } from "@/parts/Kbd";
import { clock } from "./offers.ts";
import css from "./offers.module.css";

export interface OfferProps {
  offer: Offer;
  seconds: number;
  /** What is left of its time, from 1 to 0. */
  part: number;
  busy: boolean;
  answer: (act: "accept" | "decline") => void;
}

/** The contact that the keys mean: who it is, about what, why I, and how long I may think. */
export function OfferCard({ offer, button, seconds, part, busy, answer }: OfferProps & { button: Ref<HTMLButtonElement> }) {
  const { t, i18n } = useTranslation();
  const customer = offer.customer || t("contact.nobody");
  function press(e: KeyboardEvent) {
    if (e.key !== "Delete" && e.key !== "Backspace") return;
    e.preventDefault();
    answer("decline");
  }
  return (
    <article className={css.offer} data-late={part < 0.34 || undefined} aria-label={t("offer.of", { customer })} onKeyDown={press}>
      <div className={css.head}>
        <span className={css.channel}>
          <ChannelIcon channel={offer.channel} silent /> {channelName(t, offer.channel)}
        </span>
        <span className={css.queue}>{queueName({ name: offer.queue.name, name_en: offer.queue.name_en ?? "" }, i18n.language)}</span>
        <span className={css.time} role="timer">
          {clock(seconds)}
        </span>
      </div>
      {/* Said once when it comes; the countdown beside it is not read out. */}
      <p className={css.customer} role="alert">
        <span className="sr-only">{t("offer.new", { channel: channelName(t, offer.channel) })} </span>
        {customer}
      </p>
      <p className={css.subject}>{offer.subject || t("ticket.no_subject")}</p>
      {offer.words && <p className={css.why}>{offer.words}</p>}
      <div className={css.acts}>
        <Button ref={button} type="primary" loading={busy} onClick={() => answer("accept")}>
          {t("offer.accept")} <Kbd>y</Kbd>
        </Button>
        <Button disabled={busy} onClick={() => answer("decline")}>
          {t("offer.decline")} <Kbd>d</Kbd>
        </Button>
      </div>
      <div className={css.bar} aria-hidden>
        <span style={{ transform: `scaleX(${part})` }} />
      </div>
    </article>
  );
}
