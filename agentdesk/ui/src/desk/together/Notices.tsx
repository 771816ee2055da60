import { MergeCellsOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { similarQuery, useMay } from "@/data/queries";
import { store, useStore } from "@/parts/store";
import css from "./together.module.css";
import { useMerge } from "./useMerge.tsx";

/** Pairs of tickets of which somebody said on this desk that they are not the same. */
const apart = store<ReadonlySet<string>>(new Set());

/** Above the timeline: that the ticket leads to another, or that the same customer asks the same elsewhere. */
export function Notices({ ticket }: { ticket: Ticket }) {
  if (ticket.merged_into) return <Led to={ticket.merged_into} />;
  return <AlikeNotice ticket={ticket} />;
}

function Led({ to }: { to: NonNullable<Ticket["merged_into"]> }) {
  const { t } = useTranslation();
  const { box = "all" } = useParams({ strict: false });
  return (
    <p className={css.notice} role="status">
      <MergeCellsOutlined aria-hidden />
      <span className={css.noticeText}>
        {t("merge.led")} <b>{`#${to.number}`}</b> {to.subject}
      </span>
      <Link to="/box/$box/{-$ticket}" params={{ box, ticket: String(to.id) }} search={(s) => s}>
        {t("merge.go")}
      </Link>
    </p>
  );
}

function AlikeNotice({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { box = "all" } = useParams({ strict: false });
  const may = useMay("ticket.merge");
  const merge = useMerge();
  const away = useStore(apart);
  const done = ticket.state === "resolved" || ticket.state === "closed";
  const { data = [] } = useQuery({ ...similarQuery(ticket.id), enabled: may && !done });
  const shown = data.filter((x) => !away.has(pair(ticket.id, x.id)));
  const first = shown[0];
  if (!first || done) return null;
  return (
    <div className={css.notice} role="status">
      <MergeCellsOutlined aria-hidden />
      <span className={css.noticeText}>
        {t("merge.alike", { count: shown.length })}{" "}
        <Link to="/box/$box/{-$ticket}" params={{ box, ticket: String(first.id) }} search={(s) => s}>
          {`#${first.number} ${first.subject}`}
        </Link>
      </span>
      <span className={css.noticeActs}>
        <Button size="small" onClick={() => void merge(ticket, first)}>
          {t("merge.this")}
        </Button>
        <Button size="small" type="text" onClick={() => apart.set((s) => new Set([...s, pair(ticket.id, first.id)]))}>
          {t("merge.dismiss")}
        </Button>
      </span>
    </div>
  );
}

const pair = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`;
