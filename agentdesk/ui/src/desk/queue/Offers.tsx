import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { acceptOffer, declineOffer, type Offer } from "@/api/queue";
import { Problem } from "@/api/client";
import { keys } from "@/data/keys";
import { offersQuery, prefetch, ticketQuery } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { given } from "@/live/state";
import { channelName } from "@/parts/Channel";
import { useServerNow } from "@/parts/clock";
import { armSound, chime, notify } from "./alert.ts";
import { OfferCard } from "./OfferCard.tsx";
import { OfferLine } from "./OfferLine.tsx";
import { left, open } from "./offers.ts";
import css from "./offers.module.css";
import { useOpen, useOpened } from "./useOpen.ts";

const noOffers: Offer[] = [];
// How long an offer that has run out may still be answered on its way to the server, in ms.
const grace = 400;

/**
 * The contacts that I am asked to take, over the foot of the lists: there they cover neither a ticket nor a text. The one that
 * ends first is shown whole, the others in a line each.
 */
export function Offers() {
  const { t } = useTranslation();
  const { data = noOffers } = useQuery(offersQuery);
  const [over, setOver] = useState<ReadonlySet<number>>(new Set());
  const [busy, setBusy] = useState<number | null>(null);
  const answer = useAnswer();
  const first = useRef<HTMLButtonElement>(null);
  const asked = open(data, over);
  useGiven();
  useAlert(asked);
  useEffect(armSound, []);

  async function run(o: Offer, act: "accept" | "decline") {
    if (busy === o.id) return;
    setBusy(o.id);
    if (await answer(o, act)) setOver((old) => new Set(old).add(o.id));
    setBusy(null);
  }
  const front = asked[0];
  useCommand("accept", () => front && void run(front, "accept"), front !== undefined);
  useCommand("decline", () => front && void run(front, "decline"), front !== undefined);
  useCommand("to_offer", () => first.current?.focus(), front !== undefined);

  if (asked.length === 0) return null;
  return (
    <section className={css.offers} aria-label={t("offer.label")}>
      <Running offers={asked}>
        {(o, i, seconds, part) => {
          const props = { offer: o, seconds, part, busy: busy === o.id, answer: (act: "accept" | "decline") => void run(o, act) };
          return i === 0 ? <OfferCard key={o.id} {...props} button={first} /> : <OfferLine key={o.id} {...props} />;
        }}
      </Running>
    </section>
  );
}

/** Draws what counts down, twice a second; nothing around it is drawn again for that. */
function Running({ offers, children }: { offers: Offer[]; children: (o: Offer, i: number, seconds: number, part: number) => React.ReactNode }) {
  const now = useServerNow();
  return offers
    .filter((o) => o.expires_at === null || now < Date.parse(o.expires_at) + grace)
    .map((o, i) => {
      const { seconds, part } = left(o, now);
      return children(o, i, seconds, part);
    });
}

/** Accepts or declines; gives whether the offer is done with. */
function useAnswer(): (o: Offer, act: "accept" | "decline") => Promise<boolean> {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const show = useOpen();
  return async (o, act) => {
    try {
      if (act === "accept") {
        await acceptOffer(o.id);
        prefetch(client, o.ticket_id);
        show(o.ticket_id);
        for (const queryKey of [keys.work, keys.ticket(o.ticket_id)]) void client.invalidateQueries({ queryKey });
      } else await declineOffer(o.id);
      return true;
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      if (e.code === "offer_over") {
        void message.info(t("offer.over"), 3);
        return true;
      }
      void message.error(e.offline ? t("error.not_saved") : e.message);
      return false;
    } finally {
      void client.invalidateQueries({ queryKey: keys.offers });
    }
  };
}

/** Opens what was given to me without asking, unless that would take me away from what I read or write: then it is told. */
function useGiven(): void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const show = useOpen();
  const opened = useOpened();
  const latest = useRef({ t, message, show, opened });
  useEffect(() => {
    latest.current = { t, message, show, opened };
  });
  useEffect(
    () =>
      given.subscribe(() => {
        const ticket = given.get()?.ticket;
        if (!ticket) return;
        const now = latest.current;
        chime();
        void client.invalidateQueries({ queryKey: keys.work });
        if (now.opened === null) now.show(ticket);
        else if (now.opened !== ticket) {
          void client.fetchQuery(ticketQuery(ticket)).then(
            (x) => now.message.info(now.t("offer.given", { customer: x.contact.name || x.contact.address || now.t("contact.nobody") }), 6),
            () => {},
          );
        }
      }),
    [client],
  );
}

/** Makes a new offer heard, and seen outside of the page where nobody looks at it. */
function useAlert(offers: Offer[]): void {
  const { t, i18n } = useTranslation();
  const close = useRef(new Map<number, () => void>());
  useEffect(() => {
    const told = close.current;
    for (const o of offers) {
      if (told.has(o.id)) continue;
      chime();
      const queue = (i18n.language === "en" && o.queue.name_en) || o.queue.name;
      told.set(o.id, notify(`${channelName(t, o.channel)}: ${o.customer}`, `${o.subject}\n${queue}`, `offer-${o.id}`));
    }
    for (const [id, end] of told) {
      if (offers.some((o) => o.id === id)) continue;
      end();
      told.delete(id);
    }
  }, [offers, t, i18n.language]);
}
