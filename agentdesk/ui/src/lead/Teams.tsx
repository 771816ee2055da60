import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { runsTheDesk, useMe } from "@/data/queries";
import { Bone, Failed, Late, Nothing } from "@/parts/states";
import { Bars } from "./Bars.tsx";
import type { Scored, Scores, Standard } from "./calls.ts";
import css from "./lead.module.css";
import { Measured } from "./Measured.tsx";
import { Period } from "./Period.tsx";
import { daysAgo } from "./period.ts";
import { scoresQuery } from "./queries.ts";
import { percent, title } from "./words.ts";

const Trend = lazy(() => import("./Trend.tsx"));

/** How the teams meet the standards, how a number went day by day, and each person beside the others. */
export default function Teams() {
  const { t } = useTranslation();
  const me = useMe();
  if (!runsTheDesk(me)) return <Nothing title={t("lead.not_yours")} />;
  return <Page />;
}

function Page() {
  const { t } = useTranslation();
  const [days, setDays] = useState(6);
  const [chosen, setChosen] = useState<number | null>(null);
  const from = useMemo(() => daysAgo(days), [days]);
  const { data, error, isPending, refetch } = useQuery(scoresQuery(from));
  const team = data?.teams.find((x) => x.id === chosen) ?? null;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("teams_page.title")}</h1>
        <Period days={days} change={setDays} />
      </header>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {isPending && (
        <Late>
          <Bone width="60%" />
        </Late>
      )}
      {data && (
        <>
          <ul className={css.marks}>
            {data.teams.map((x) => (
              <li key={x.id}>
                <TeamCard team={x} standards={data.standards} chosen={x.id === chosen} choose={() => setChosen(x.id === chosen ? null : x.id)} />
              </li>
            ))}
          </ul>
          {data.teams.length === 0 && <Nothing title={t("teams_page.none")} />}
          <Suspense fallback={<div className={css.trend} />}>
            <Trend team={team} standards={data.standards} />
          </Suspense>
          <People scores={data} team={team} />
        </>
      )}
    </div>
  );
}

const tone = (share: number | null, s: Standard) => (share === null ? undefined : share * 100 >= s.target ? "good" : "bad");

/** A team: its score, and each standard with the days before. Chosen, it is what the rest of the page is about. */
function TeamCard({ team, standards, chosen, choose }: { team: Scores["teams"][number]; standards: Standard[]; chosen: boolean; choose: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <article className={css.mark} data-chosen={chosen || undefined}>
      <header className={css.teamHead}>
        <h2>
          <button type="button" aria-pressed={chosen} onClick={choose}>
            {team.name}
          </button>
        </h2>
        <span className={css.muted}>{t("teams_page.members", { count: team.members.length })}</span>
        <b>{team.score === null ? "–" : percent(team.score, i18n.language)}</b>
      </header>
      {standards.map((s, i) => {
        const m = team.marks[i];
        return (
          <div key={s.measure} className={css.teamMark}>
            <span>{title(s, i18n.language)}</span>
            <b data-tone={tone(m?.share ?? null, s)}>{m?.share == null ? "–" : percent(m.share, i18n.language)}</b>
            <small className={css.muted}>{t("teams_page.of", { met: m?.met ?? 0, count: m?.cases ?? 0, target: s.target })}</small>
            <Bars days={team.days.filter((d) => d.measure === s.measure)} target={s.target} />
          </div>
        );
      })}
    </article>
  );
}

/** Who has no score comes last. */
const rank = (a: Scored) => a.score ?? 2;

/** Everybody, or a team's members, who did worst first: there is where help is wanted. */
function People({ scores, team }: { scores: Scores; team: Scores["teams"][number] | null }) {
  const { t, i18n } = useTranslation();
  const shown = scores.agents.filter((a) => !team || team.members.includes(a.id)).toSorted((a, b) => rank(a) - rank(b));
  return (
    <section aria-label={t("teams_page.people")}>
      <header className={css.sub}>
        <h2>{t("teams_page.people")}</h2>
        <span className={css.muted}>{team?.name ?? t("lead.agents.all_teams")}</span>
      </header>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t("lead.agents.name")}</th>
            {scores.standards.map((s) => (
              <th key={s.measure} scope="col" className={css.right}>
                {title(s, i18n.language)}
              </th>
            ))}
            <th scope="col" className={css.right}>
              {t("teams_page.score")}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((a) => (
            <tr key={a.id}>
              <th scope="row">{a.name}</th>
              {scores.standards.map((s, i) => {
                const m = a.marks[i];
                return (
                  <td key={s.measure} className={css.right}>
                    {m && m.cases > 0 && <small className={css.ringing}>{t("teams_page.met_of", { met: m.met, count: m.cases })}</small>}
                    <Measured name={s.measure} scope={{ agent: a.id, from: scores.from, to: scores.to }} of={a.name} tone={tone(m?.share ?? null, s)}>
                      {m?.share == null ? "–" : percent(m.share, i18n.language)}
                    </Measured>
                  </td>
                );
              })}
              <td className={css.right}>{a.score === null ? "–" : percent(a.score, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
