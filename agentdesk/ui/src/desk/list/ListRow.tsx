import { ExclamationCircleFilled, RollbackOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Queue, Row } from "@/api/types";
import { prefetch } from "@/data/queries";
import { DueBadge } from "@/clocks/DueBadge";
import { Avatar } from "@/parts/Avatar";
import { Time } from "@/parts/Time";
import { Priority } from "../Priority.tsx";
import { Columns } from "./Columns.tsx";
import css from "./list.module.css";

/** Rows are of one height, so that a list of any length costs the same. */
export const rowHeight = 74;

interface Props {
  row: Row;
  top: number;
  position: number;
  total: number;
  open: boolean;
  cursor: boolean;
  me: number;
  queue: Queue | undefined;
  /** Chosen for an act on many. */
  picked: boolean;
  /** Whether the box to choose it is shown: never, under the pointer, or always. */
  picking: "none" | "hover" | "all";
  /** What a view shows besides the usual. */
  columns: readonly string[] | undefined;
  choose: (id: number, range: boolean) => void;
  show: (id: number) => void;
}

// A pointer that passes over does not mean to open anything.
const intent = 60;

export const ListRow = memo(function ListRow({ row, top, position, total, open, cursor, me, queue, picked, picking, columns, choose, show }: Props) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const who = row.contact.name || row.contact.address || t("contact.nobody");
  const waits = row.state === "open" && row.last_direction === "in";
  const done = row.state === "resolved" || row.state === "closed";
  const queueName = queue && ((i18n.language === "en" && queue.name_en) || queue.name);

  return (
    <li
      className={css.row}
      style={{ transform: `translateY(${top}px)` }}
      data-ticket={row.id}
      data-open={open || undefined}
      data-cursor={cursor || undefined}
      data-waits={waits || undefined}
      data-done={done || undefined}
      data-picked={picked || undefined}
      data-picking={picking}
      aria-posinset={position}
      aria-setsize={total}
      onPointerEnter={() => (timer.current = setTimeout(() => prefetch(client, row.id), intent))}
      onPointerDown={() => prefetch(client, row.id)}
      onPointerLeave={() => clearTimeout(timer.current)}
    >
      {picking !== "none" && (
        <input
          type="checkbox"
          className={css.pick}
          checked={picked}
          tabIndex={-1}
          aria-label={t("many.choose", { number: row.number })}
          onChange={() => {}}
          onClick={(e) => choose(row.id, e.shiftKey)}
        />
      )}
      <button
        type="button"
        className={css.rowButton}
        aria-current={open || undefined}
        onClick={(e) => {
          if (e.shiftKey && picking === "all") choose(row.id, true);
          else show(row.id);
        }}
      >
        <span className={css.line}>
          <span className={css.who}>{who}</span>
          {row.account && <span className={css.account}>{row.account.name}</span>}
          <Time at={row.last_at} className={css.when} />
        </span>
        <span className={css.line}>
          <Priority value={row.priority} />
          <span className={css.subject}>{row.subject || t("ticket.no_subject")}</span>
          {row.delivery_failed && (
            <ExclamationCircleFilled className={css.failed} aria-label={t("delivery.failed")} title={t("delivery.failed")} />
          )}
          {row.due && <DueBadge due={row.due} />}
          {row.state !== "open" && <span className={css.badge}>{t(`state.${row.state}`)}</span>}
        </span>
        <span className={css.line}>
          {row.last_direction === "out" && <RollbackOutlined className={css.out} aria-label={t("list.answered")} />}
          {columns && columns.length > 0 ? <Columns row={row} columns={columns} /> : <span className={css.snippet}>{row.last_snippet}</span>}
          {queueName && <span className={css.queue}>{queueName}</span>}
          {row.assignee && row.assignee.id !== me && (
            <span title={row.assignee.name} className={css.assignee}>
              <Avatar name={row.assignee.name} size={18} agent />
            </span>
          )}
        </span>
      </button>
    </li>
  );
});
