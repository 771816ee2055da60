import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { queueName, runsTheDesk, useMe } from "@/data/queries";
import { line } from "@/live/state";
import { useLive } from "@/live/live";
import { Failed, Nothing } from "@/parts/states";
import { useStore } from "@/parts/store";
import { paint } from "@/theme";
import { look } from "@/parts/settings";
import type { Now, QueueNow } from "./calls.ts";
import { agentsNowQuery, nowQuery, useMoves } from "./queries.ts";
import { Waited } from "./QueueTable.tsx";
import { useSecond } from "./useSecond.ts";
import { lasting, percent } from "./words.ts";
import css from "./wall.module.css";

const Charts = lazy(() => import("./Charts.tsx"));

/** A screen for the wall: read from afar, dark, nothing moves but the numbers. As many queues as fit, the fullest of the others summed up. */
export default function Wall() {
  const { t } = useTranslation();
  const me = useMe();
  // Dark whatever its browser prefers; what the person chose for the desk comes back with it.
  useEffect(() => {
    paint("dark");
    return () => paint(look());
  }, []);
  useLive();
  if (!runsTheDesk(me)) return <Nothing title={t("lead.not_yours")} />;
  return <Screen />;
}

function Screen() {
  const { t } = useTranslation();
  const now = useQuery(nowQuery);
  const agents = useQuery(agentsNowQuery);
  useMoves();
  if (now.error && !now.data) return <Failed error={now.error} retry={() => void now.refetch()} />;
  if (!now.data) return null;
  const ready = agents.data?.filter((a) => a.presence === "ready").length ?? 0;
  const busy = agents.data?.filter((a) => a.presence !== "away" && a.count > 0).length ?? 0;
  return (
    <main className={css.wall} aria-label={t("lead.wall.title")}>
      <Top now={now.data} />
      <section className={css.tiles} aria-label={t("lead.queues.all")}>
        <Tile label={t("lead.queues.waiting")} tone={now.data.total.waiting > 0 ? "warn" : "good"}>
          {now.data.total.waiting}
        </Tile>
        <Tile label={t("lead.queues.longest")}>{now.data.total.longest_since ? <Waited since={now.data.total.longest_since} within={now.data.total.within_s} /> : "–"}</Tile>
        <Level q={now.data.total} />
        <Tile label={t("lead.queues.answered")}>
          {now.data.total.answered}
          <small>/{now.data.total.offered}</small>
        </Tile>
        <Tile label={t("lead.queues.abandoned")} tone={now.data.total.abandoned > 0 ? "bad" : "good"}>
          {now.data.total.abandoned}
        </Tile>
        <Tile label={t("lead.wall.agents")}>
          {ready}
          <small>/{busy}</small>
        </Tile>
      </section>
      <Queues queues={now.data.queues} />
      <Suspense fallback={<div />}>
        <Charts now={now.data} large />
      </Suspense>
    </main>
  );
}

/** The time in the company's zone, and whether the numbers are still coming. */
function Top({ now }: { now: Now }) {
  const { t, i18n } = useTranslation();
  const state = useStore(line);
  const time = new Intl.DateTimeFormat(i18n.language === "zh" ? "zh-CN" : "en-GB", { weekday: "short", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", timeZone: now.zone });
  const shown = useSecond();
  return (
    <header className={css.top}>
      <h1>{t("lead.wall.title")}</h1>
      {state === "lost" && <strong data-tone="bad">{t("lead.wall.lost")}</strong>}
      <time>{time.format(shown)}</time>
    </header>
  );
}

function Tile({ label, tone, children }: { label: string; tone?: string | undefined; children: React.ReactNode }) {
  return (
    <div className={css.tile} data-tone={tone}>
      <b>{children}</b>
      <span>{label}</span>
    </div>
  );
}

function Level({ q }: { q: QueueNow }) {
  const { t, i18n } = useTranslation();
  const tone = q.service_level === null ? undefined : q.service_level >= q.target ? "good" : "bad";
  return (
    <Tile label={t("lead.wall.level", { target: percent(q.target, i18n.language) })} tone={tone}>
      {q.service_level === null ? "–" : percent(q.service_level, i18n.language)}
    </Tile>
  );
}

const rows = 5;
const since = (q: QueueNow) => (q.longest_since ? Date.parse(q.longest_since) : Infinity);

/** The queues with the most waiting first; a wall has room for a few, and says how many more there are. */
function Queues({ queues }: { queues: QueueNow[] }) {
  const { t, i18n } = useTranslation();
  const shown = queues.toSorted((a, b) => b.waiting - a.waiting || since(a) - since(b)).slice(0, rows);
  return (
    <table className={css.queues}>
      <thead>
        <tr>
          <th scope="col">{t("lead.queues.queue")}</th>
          <th scope="col">{t("lead.queues.waiting")}</th>
          <th scope="col">{t("lead.queues.longest")}</th>
          <th scope="col">{t("lead.queues.in_hand")}</th>
          <th scope="col">{t("lead.queues.level")}</th>
          <th scope="col">{t("lead.queues.abandoned")}</th>
          <th scope="col">{t("lead.queues.asa")}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((q) => (
          <tr key={q.id}>
            <th scope="row">{queueName(q, i18n.language)}</th>
            <td data-tone={q.waiting > 0 ? "warn" : undefined}>{q.waiting}</td>
            <td>{q.longest_since ? <Waited since={q.longest_since} within={q.within_s} /> : "–"}</td>
            <td>{q.in_hand + q.parked + q.wrap_up}</td>
            <td data-tone={q.service_level === null ? undefined : q.service_level >= q.target ? "good" : "bad"}>
              {q.service_level === null ? "–" : percent(q.service_level, i18n.language)}
            </td>
            <td data-tone={q.abandoned > 0 ? "bad" : undefined}>{q.abandoned}</td>
            <td>{q.asa === null ? "–" : lasting(q.asa, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
      {queues.length > rows && <caption>{t("lead.wall.more", { count: queues.length - rows })}</caption>}
    </table>
  );
}
