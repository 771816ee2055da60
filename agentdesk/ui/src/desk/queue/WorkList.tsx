import { ClockCircleOutlined, FormOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Work } from "@/api/queue";
import { workQuery } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { visitorOf, visitors } from "@/live/state";
import { ChannelIcon } from "@/parts/Channel";
import { useServerNow } from "@/parts/clock";
import { useStore } from "@/parts/store";
import { Lasting } from "@/parts/Time";
import { short, useNow } from "@/parts/time";
import { clock } from "./offers.ts";
import { reads, useReading } from "./reads.ts";
import { useOpen, useOpened } from "./useOpen.ts";
import css from "./work.module.css";
import { inOrder, unread } from "./work.ts";

const noWork: Work[] = [];

/** What I have in hand: chats first, each with what is new in it and how long its customer waits. Alt and its place opens it. */
export function WorkList() {
  const { t } = useTranslation();
  const { data = noWork } = useQuery(workQuery);
  const work = useMemo(() => inOrder(data), [data]);
  const opened = useOpened();
  const open = useOpen();
  useReading(data, opened);
  useCommand("switch", (stroke) => {
    const w = work[Number(stroke.at(-1)) - 1];
    if (w) open(w.ticket.id);
  });
  if (work.length === 0) return null;
  return (
    <section aria-label={t("work.title")}>
      <h2 className={css.title}>
        {t("work.title")} <span>{work.length}</span>
      </h2>
      <ul>
        {work.map((w, i) => (
          <Item key={w.entry.id} work={w} place={i + 1} open={w.ticket.id === opened} show={() => open(w.ticket.id)} />
        ))}
      </ul>
    </section>
  );
}

function Item({ work, place, open, show }: { work: Work; place: number; open: boolean; show: () => void }) {
  const { t } = useTranslation();
  const { entry, ticket } = work;
  const fresh = unread(
    work,
    useStore(reads, (all) => all.get(ticket.id)),
  );
  const writing = useStore(visitors, visitorOf(`ticket:${ticket.id}`))?.typing ?? false;
  const name = ticket.contact.name || ticket.contact.address || t("contact.nobody");
  return (
    <li>
      <button
        type="button"
        className={css.item}
        data-state={entry.state}
        data-fresh={fresh > 0 || undefined}
        aria-current={open || undefined}
        title={`${name} · ${ticket.subject || t("ticket.no_subject")}${place < 10 ? ` (Alt+${place})` : ""}`}
        onClick={show}
      >
        <span className={css.icon}>
          <ChannelIcon channel={entry.channel} />
        </span>
        <span className={css.name}>{name}</span>
        {writing ? <span className={css.writing} role="img" aria-label={t("chat.visitor_writes")} title={t("chat.visitor_writes")} /> : <State work={work} />}
        {fresh > 0 && (
          <span className={css.fresh} aria-label={t("work.unread", { count: fresh })}>
            {fresh > 99 ? "99+" : fresh}
          </span>
        )}
      </button>
    </li>
  );
}

/** How long the customer waits for an answer, until when it is parked, or how much of the wrap-up is left. */
function State({ work: { entry, last_in, unanswered } }: { work: Work }) {
  const { t } = useTranslation();
  if (entry.state === "parked")
    return (
      <span className={css.since}>
        <ClockCircleOutlined aria-label={t("stay.parked")} /> {entry.parked_until && <Moment at={entry.parked_until} />}
      </span>
    );
  if (entry.state === "wrap_up") return <WrapUp until={entry.wrap_up?.until ?? null} />;
  if (!last_in || unanswered === 0) return null;
  return (
    <span className={css.since} title={t("work.waits")}>
      <Lasting since={last_in.at} narrow />
    </span>
  );
}

function WrapUp({ until }: { until: string | null }) {
  const { t } = useTranslation();
  return (
    <span className={css.wrap}>
      <FormOutlined aria-label={t("stay.wrap_up")} title={t("stay.wrap_up")} /> {until && <Countdown until={until} />}
    </span>
  );
}

/** What is left until an instant, in minutes and seconds. */
export function Countdown({ until }: { until: string }) {
  const now = useServerNow();
  return <span role="timer">{clock(Math.ceil((Date.parse(until) - now) / 1000))}</span>;
}

function Moment({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const now = useNow();
  return <time dateTime={at}>{short(Date.parse(at), now, i18n.language)}</time>;
}
