import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { listedRow, ticketQuery } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { Beside } from "@/lead/Beside";
import { useWatch } from "@/live/state";
import { Bone, Failed, Late } from "@/parts/states";
import { Composer, Early } from "../composer/Composer.tsx";
import { StayLine } from "../queue/StayLine.tsx";
import css from "./ticket.module.css";
import { TicketHead } from "./TicketHead.tsx";
import { Timeline } from "./Timeline.tsx";
import { Notices } from "../together/Notices.tsx";

/** The ticket that is open: what it is, what was said, and where to answer. */
export function TicketPane({ id, close }: { id: number; close: () => void }) {
  const { data, error, refetch, isPending } = useQuery(ticketQuery(id));
  const client = useQueryClient();
  const head = data ?? listedRow(client, id);
  useWatch(`ticket:${id}`);
  // Who presses "r" before the ticket is there means it all the same, and what he types next is text, not commands.
  const [wanted, setWanted] = useState<"out" | "note" | null>(null);
  const [early, setEarly] = useState("");
  useCommand("reply", () => setWanted("out"), isPending);
  useCommand("note", () => setWanted("note"), isPending);

  useEffect(() => {
    if (!data) return;
    const title = document.title;
    document.title = `#${data.number} ${data.subject}`;
    return () => {
      document.title = title;
    };
  }, [data]);

  return (
    <article className={css.pane} aria-busy={isPending}>
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {head && (
        <TicketHead ticket={head} close={close}>
          {data && <StayLine ticket={data} />}
        </TicketHead>
      )}
      {!head && isPending && <HeadSkeleton />}
      {data && <Beside ticket={data} />}
      {data && <Notices ticket={data} />}
      {!(error && !data) && <Timeline id={id} ticket={data} />}
      {data && !data.merged_into && <Composer ticket={data} wanted={wanted} early={early} />}
      {wanted && isPending && <Early text={early} change={setEarly} />}
    </article>
  );
}

function HeadSkeleton() {
  return (
    <header className={css.head}>
      <Late>
        <Bone width="55%" />
        <Bone width="35%" />
      </Late>
    </header>
  );
}
