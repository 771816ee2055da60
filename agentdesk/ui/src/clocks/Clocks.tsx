import { ClockCircleOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Popover } from "antd";
import { useTranslation } from "react-i18next";
import type { Row, Ticket } from "@/api/types";
import { ticketQuery, useMay } from "@/data/queries";
import { useStay } from "@/desk/queue/useStay";
import { useEachSecond } from "@/lead/useSecond";
import { arrived, type Clock } from "./calls.ts";
import css from "./clocks.module.css";
import { DueBadge } from "./DueBadge.tsx";
import { nearness, remaining } from "./due.ts";

const open = (c: Clock) => c.outcome === "running" || c.outcome === "paused";

/** In the head of a ticket: what is due next, which opens into all promises with their reckoning. */
export function DuePick({ ticket }: { ticket: Row }) {
  const { t } = useTranslation();
  const { data } = useQuery(ticketQuery(ticket.id));
  const clocks = data?.clocks ?? [];
  if (!ticket.due && !clocks.some(open)) return null;
  return (
    <Popover trigger="click" placement="bottomLeft" content={<ClockList ticket={ticket.id} clocks={clocks} />}>
      <button type="button" className={css.pick}>
        <ClockCircleOutlined aria-hidden />
        <span className="sr-only">{t("clocks.title")}</span>
        {ticket.due ? (
          <>
            {t(`clocks.kind.${ticket.due.kind}`)} <DueBadge due={ticket.due} />
          </>
        ) : (
          t("clocks.outcome.paused")
        )}
      </button>
    </Popover>
  );
}

/** Beside a ticket: the promises that are open, and how many were kept. */
export function ClocksSection({ ticket, section, title }: { ticket: Ticket; section: string | undefined; title: string | undefined }) {
  const { t } = useTranslation();
  if (ticket.clocks.length === 0) return null;
  const shown = ticket.clocks.filter(open);
  const done = ticket.clocks.filter((c) => !open(c));
  return (
    <section className={section} aria-label={t("clocks.title")}>
      <h2 className={title}>{t("clocks.title")}</h2>
      <ClockList ticket={ticket.id} clocks={shown} />
      {done.length > 0 && (
        <details className={css.done}>
          <summary>{t("clocks.done", { count: done.length })}</summary>
          <ClockList ticket={ticket.id} clocks={done} />
        </details>
      )}
    </section>
  );
}

function ClockList({ ticket, clocks }: { ticket: number; clocks: Clock[] }) {
  return (
    <ul className={css.list}>
      {clocks.map((c) => (
        <ClockItem key={`${c.kind} ${c.round} ${c.started}`} ticket={ticket} clock={c} />
      ))}
    </ul>
  );
}

function ClockItem({ ticket, clock: c }: { ticket: number; clock: Clock }) {
  const { t, i18n } = useTranslation();
  const near = useEachSecond((now) => (c.outcome === "running" && c.due ? nearness({ at: c.due, started: c.started, breached: c.breached !== null }, now) : "far"));
  const left = useEachSecond((now) => (c.outcome === "running" && c.due ? remaining(Date.parse(c.due), now, i18n.language) : ""));
  const late = c.breached !== null;
  return (
    <li className={css.clock}>
      <p className={css.clockHead}>
        <b>{t(`clocks.kind.${c.kind}`)}</b>
        {left ? (
          <span className={css.badge} data-near={near}>
            {left}
          </span>
        ) : (
          <span className={css.outcome} data-late={late || undefined}>
            {t(`clocks.outcome.${c.outcome}`)}
          </span>
        )}
      </p>
      <p className={css.words}>{c.words}</p>
      {c.kind === "arrival" && open(c) && <Arrived ticket={ticket} />}
    </li>
  );
}

/** By which an engineer says that he is at the customer's. */
function Arrived({ ticket }: { ticket: number }) {
  const { t } = useTranslation();
  const run = useStay(ticket);
  if (!useMay("ticket.arrived")) return null;
  return (
    <Button size="small" className={css.arrived} onClick={() => void run(() => arrived(ticket))}>
      {t("clocks.arrived")}
    </Button>
  );
}
