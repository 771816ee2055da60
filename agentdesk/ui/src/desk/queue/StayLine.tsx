import { Button } from "antd";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { endContact, pull, type Stay, takeBack, unpark } from "@/api/queue";
import type { Ticket } from "@/api/types";
import { runsTheDesk, useMay, useMe } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { ChannelIcon } from "@/parts/Channel";
import { Kbd } from "@/parts/Kbd";
import { Lasting, Time } from "@/parts/Time";
import css from "./stay.module.css";
import { useStay } from "./useStay.ts";
import { Countdown } from "./WorkList.tsx";

const Transfer = lazy(() => import("./TransferDialog.tsx"));
const Park = lazy(() => import("./ParkDialog.tsx"));
const WrapUp = lazy(() => import("./WrapUpDialog.tsx"));

type Dialog = "transfer" | "park" | "wrap_up";

/** Where a ticket stands in its queue: why it waits and at which place, who has it, and what can be done about that. */
export function StayLine({ ticket }: { ticket: Ticket }) {
  return ticket.entry && <Line key={ticket.entry.id} ticket={ticket} stay={ticket.entry} />;
}

function Line({ ticket, stay }: { ticket: Ticket; stay: Stay }) {
  const { t } = useTranslation();
  const me = useMe();
  const run = useStay(ticket.id);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const mine = stay.agent?.id === me.id && stay.state !== "offered";
  const held = mine && (stay.state === "in_hand" || stay.state === "parked");
  const wrapping = mine && stay.state === "wrap_up";
  const waits = stay.state === "waiting" || stay.state === "offered";
  const live = stay.channel === "chat" || stay.channel === "phone";
  const leads = runsTheDesk(me);
  const canTransfer = useMay("entry.transfer") && (waits || held || (leads && stay.state !== "wrap_up"));
  const mayPark = useMay("entry.park");
  const mayPull = useMay("entry.pull") && stay.may_pull;

  const end = () => void run(() => endContact(ticket.id));
  const canEnd = held && live;
  useCommand("transfer", () => setDialog("transfer"), canTransfer);
  useCommand("park", () => (stay.state === "parked" ? void run(() => unpark(ticket.id)) : setDialog("park")), mayPark && held);
  useCommand("finish", () => (wrapping ? setDialog("wrap_up") : end()), canEnd || wrapping);

  // The wrap-up asks by itself when the contact ends before one's eyes; a ticket that is opened later only says so.
  const was = useRef(stay.state);
  useEffect(() => {
    if (was.current !== "wrap_up" && wrapping && (stay.wrap_up?.codes.length ?? 0) > 0) setDialog("wrap_up");
    was.current = stay.state;
  }, [stay, wrapping]);

  return (
    <div className={css.line} data-state={stay.state} data-mine={mine || undefined}>
      <span className={css.channel}>
        <ChannelIcon channel={stay.channel} />
      </span>
      <span className={css.words}>
        {stay.call && <Wanted call={stay.call} />}
        <Words stay={stay} mine={mine} />
      </span>
      <span className={css.acts}>
        {waits && mayPull && (
          <Act primary onClick={() => void run(() => pull(ticket.id))}>
            {t("stay.pull")}
          </Act>
        )}
        {stay.may_take_back && (
          <Act title={t(waits ? "stay.take_back_more" : "stay.take_from_more")} onClick={() => void run(() => takeBack(ticket.id))}>
            {t("stay.take_back")}
          </Act>
        )}
        {mine && stay.state === "parked" && mayPark && (
          <Act primary letter="p" onClick={() => void run(() => unpark(ticket.id))}>
            {t("stay.unpark")}
          </Act>
        )}
        {canTransfer && (
          <Act letter="t" onClick={() => setDialog("transfer")}>
            {t("stay.transfer")}
          </Act>
        )}
        {mine && stay.state === "in_hand" && mayPark && (
          <Act letter="p" onClick={() => setDialog("park")}>
            {t("stay.park")}
          </Act>
        )}
        {canEnd && (
          <Act letter="f" onClick={end}>
            {t(stay.channel === "chat" ? "stay.end_chat" : "stay.end_call")}
          </Act>
        )}
        {wrapping && (
          <Act primary letter="f" onClick={() => setDialog("wrap_up")}>
            {t("stay.finish")}
          </Act>
        )}
      </span>
      <Suspense>
        {dialog === "transfer" && <Transfer ticket={ticket} stay={stay} close={() => setDialog(null)} />}
        {dialog === "park" && <Park ticket={ticket} close={() => setDialog(null)} />}
        {dialog === "wrap_up" && wrapping && stay.wrap_up && <WrapUp ticket={ticket} wrapUp={stay.wrap_up} close={() => setDialog(null)} />}
      </Suspense>
    </div>
  );
}

/** The call that the customer asked for, before all else: it is what is to be done. */
function Wanted({ call }: { call: NonNullable<Stay["call"]> }) {
  const { t } = useTranslation();
  return (
    <span className={css.call}>
      {t("stay.call")} <a href={`tel:${call.number}`}>{call.number}</a>
      {call.at && (
        <>
          {" "}
          <Time at={call.at} clock />
        </>
      )}
      {" · "}
    </span>
  );
}

function Words({ stay, mine }: { stay: Stay; mine: boolean }) {
  const { t } = useTranslation();
  const name = stay.agent?.name ?? "";
  switch (stay.state) {
    case "waiting":
      return (
        <>
          <b>{stay.place ? t("stay.place", { place: stay.place }) : t("stay.waiting")}</b> · <Lasting since={stay.arrived_at} />
          {stay.why_waiting && <span className={css.why}>{stay.why_waiting}</span>}
        </>
      );
    case "offered":
      return (
        <>
          <b>{t("stay.offered", { name })}</b> · <Lasting since={stay.arrived_at} />
        </>
      );
    case "parked":
      return (
        <>
          <b>{t("stay.parked")}</b>
          {stay.parked_until && (
            <span>
              {" "}
              {t("stay.until")} <Time at={stay.parked_until} clock />
            </span>
          )}
          {!mine && <span> · {name}</span>}
        </>
      );
    case "wrap_up":
      return (
        <>
          <b>{t("stay.wrap_up")}</b>
          {!mine && <span> · {name}</span>}
          {mine && stay.wrap_up?.until && (
            <span>
              {" "}
              · <Countdown until={stay.wrap_up.until} />
            </span>
          )}
          {mine && stay.wrap_up?.required && <span className={css.why}>{t("stay.code_required")}</span>}
        </>
      );
    default:
      return (
        <>
          <b>{mine ? t("stay.mine") : t("stay.in_hand", { name })}</b>
          {stay.answered_at && (
            <span>
              {" "}
              · <Lasting since={stay.answered_at} />
            </span>
          )}
        </>
      );
  }
}

interface ActProps {
  primary?: boolean;
  /** Its key. */
  letter?: string;
  title?: string;
  onClick: () => void;
  children: ReactNode;
}

function Act({ primary, letter, title, onClick, children }: ActProps) {
  return (
    <Button size="small" type={primary ? "primary" : "text"} title={title} onClick={onClick}>
      {children} {letter && <Kbd>{letter}</Kbd>}
    </Button>
  );
}
