import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { queueName } from "@/data/queries";
import type { Now, QueueNow } from "./calls.ts";
import css from "./lead.module.css";
import { Measured } from "./Measured.tsx";
import { useSecond } from "./useSecond.ts";
import { clock, lasting, percent } from "./words.ts";

/** The queues: what waits in each, how well it was answered, what the day brought. */
export function QueueTable({ now }: { now: Now }) {
  const { t } = useTranslation();
  const head = (key: "queue" | "waiting" | "longest" | "in_hand" | "level_now" | "level" | "offered" | "answered" | "abandoned" | "asa") => (
    <th scope="col" className={key === "queue" ? undefined : css.right}>
      {t(`lead.queues.${key}`)}
    </th>
  );
  return (
    <section aria-label={t("lead.queues.title")}>
      <table className={css.table}>
        <thead>
          <tr>
            {head("queue")}
            {head("waiting")}
            {head("longest")}
            {head("in_hand")}
            {head("level_now")}
            {head("level")}
            {head("offered")}
            {head("answered")}
            {head("abandoned")}
            {head("asa")}
          </tr>
        </thead>
        <tbody>
          <Row q={now.total} now={now} total />
          {now.queues.map((q) => (
            <Row key={q.id} q={q} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ q, now, total = false }: { q: QueueNow; now: Now; total?: boolean }) {
  const { t, i18n } = useTranslation();
  const name = total ? t("lead.queues.all") : queueName(q, i18n.language);
  const scope = { ...(q.id ? { queue: q.id } : {}), from: now.day };
  const since = new Date(Date.parse(now.at) - 30 * 60_000).toISOString();
  const level = (value: number | null) => (value === null ? undefined : value >= q.target ? "good" : value >= q.target - 0.1 ? "warn" : "bad");
  return (
    <tr data-total={total || undefined}>
      <th scope="row">
        {total ? (
          name
        ) : (
          <Link to="/box/$box/{-$ticket}" params={{ box: `queue-${q.id}`, ticket: undefined }}>
            {name}
          </Link>
        )}
        <span className={css.target}>{!total && t("lead.queues.target", { percent: percent(q.target, i18n.language), time: lasting(q.within_s, i18n.language) })}</span>
      </th>
      <td className={css.right}>
        {q.ringing > 0 && <small className={css.ringing}>{t("lead.queues.ringing", { count: q.ringing })}</small>}
        <Measured name="waiting" scope={scope} of={name} tone={q.waiting > 0 ? "warn" : undefined}>
          <strong>{q.waiting}</strong>
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="longest_now" scope={scope} of={name}>
          {q.longest_since ? <Waited since={q.longest_since} within={q.within_s} /> : "–"}
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="in_hand" scope={scope} of={name}>
          {q.in_hand + q.parked + q.wrap_up}
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="service_level" scope={{ ...scope, from: since }} of={`${name} ${t("lead.queues.last_half_hour")}`} tone={level(q.service_level_now)}>
          {q.service_level_now === null ? "–" : percent(q.service_level_now, i18n.language)}
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="service_level" scope={scope} of={name} tone={level(q.service_level)}>
          {q.service_level === null ? "–" : percent(q.service_level, i18n.language)}
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="offered" scope={scope} of={name}>
          {q.offered}
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="answered" scope={scope} of={name}>
          {q.answered}
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="abandoned" scope={scope} of={name} tone={q.abandoned > 0 ? "bad" : undefined}>
          {q.abandoned}
        </Measured>
      </td>
      <td className={css.right}>
        <Measured name="asa" scope={scope} of={name}>
          {q.asa === null ? "–" : lasting(q.asa, i18n.language)}
        </Measured>
      </td>
    </tr>
  );
}

/** A wait that grows, loud once it is longer than promised. */
export function Waited({ since, within }: { since: string; within: number }) {
  const seconds = (useSecond() - Date.parse(since)) / 1000;
  return <span data-tone={seconds > within ? "bad" : undefined}>{clock(seconds)}</span>;
}
