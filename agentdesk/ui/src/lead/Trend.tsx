import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/parts/settings";
import { Failed } from "@/parts/states";
import type { Measure, Standard } from "./calls.ts";
import { colour, styled, useChart } from "./chart.ts";
import css from "./lead.module.css";
import { daily, daysAgo } from "./period.ts";
import { measuresQuery, settingsQuery, trendQuery } from "./queries.ts";
import { formula, shown, title } from "./words.ts";

/** Numbers of now have no days. */
const ofNow = new Set(["waiting", "longest_now", "in_hand"]);
const size = 11;

interface Props {
  team: { id: number; name: string } | null;
  standards: Standard[];
}

/** A number day by day, of a team or of everybody. */
export default function Trend({ team, standards }: Props) {
  const { t, i18n } = useTranslation();
  const { data: measures = [] } = useQuery(measuresQuery);
  const [name, setName] = useState("service_level");
  const [days, setDays] = useState(29);
  const from = useMemo(() => daysAgo(days), [days]);
  const measure = measures.find((m) => m.name === name);
  const { data: settings } = useQuery(settingsQuery);
  const scope = useMemo(() => ({ from, ...(team ? { team: team.id } : {}) }), [from, team]);
  const { data, error, refetch } = useQuery(trendQuery(name, scope));
  const target = standards.find((s) => s.measure === name)?.target ?? (name === "service_level" ? settings?.percent : undefined);
  return (
    <section aria-label={t("teams_page.trend")} className={css.trend}>
      <header className={css.sub}>
        <h2>{t("teams_page.trend")}</h2>
        <span className={css.muted}>{team?.name ?? t("lead.agents.all_teams")}</span>
        <Select
          size="small"
          className={css.team}
          value={name}
          aria-label={t("teams_page.measure")}
          onChange={setName}
          options={measures.filter((m) => !ofNow.has(m.name)).map((m) => ({ value: m.name, label: title(m, i18n.language) }))}
        />
        <Select
          size="small"
          value={days}
          aria-label={t("teams_page.period")}
          onChange={setDays}
          options={[29, 89].map((n) => ({ value: n, label: t("teams_page.days", { count: n + 1 }) }))}
        />
      </header>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {measure && data && settings && <Line measure={measure} points={daily(data, Date.parse(from), Date.now(), settings.zone, measure.agg === "count" ? 0 : null)} target={target} />}
      {measure && <p className={css.muted}>{formula(measure, i18n.language)}</p>}
    </section>
  );
}

interface LineProps {
  measure: Measure;
  points: { day: string; value: number | null }[];
  target: number | undefined;
}

function Line({ measure, points, target }: LineProps) {
  const { i18n } = useTranslation();
  const look = useLook();
  const name = title(measure, i18n.language);
  const option = useMemo(() => {
    void look; // the colours are another look's
    const { text, axis, base, hover } = styled(size);
    const share = measure.unit === "share";
    const value = (v: unknown) => (typeof v === "number" ? shown(share ? v / 100 : v, measure.unit, i18n.language) : "–");
    const count = measure.agg === "count";
    return {
      ...base,
      grid: { left: size * 5, right: size * 2, top: size, bottom: size * 2.4 },
      tooltip: { ...hover, valueFormatter: value },
      xAxis: { type: "category" as const, data: points.map((p) => p.day.slice(5)), ...axis },
      yAxis: { type: "value" as const, min: 0, ...(share ? { max: 100 } : {}), ...axis, axisLabel: { ...text, formatter: value } },
      series: [
        {
          type: count ? ("bar" as const) : ("line" as const),
          name,
          data: points.map((p) => (p.value !== null && share ? Math.round(p.value * 1000) / 10 : p.value)),
          connectNulls: true,
          symbolSize: 5,
          barMaxWidth: 18,
          itemStyle: { color: colour("accent") },
        },
        ...(target === undefined
          ? []
          : [
              {
                type: "line" as const,
                silent: true,
                symbol: "none",
                tooltip: { show: false },
                lineStyle: { color: colour("plum"), type: "dashed" as const, width: 1 },
                data: points.map(() => target),
              },
            ]),
      ],
    };
  }, [points, measure, target, name, look, i18n.language]);
  const ref = useChart(option);
  const last = points.findLast((p) => p.value !== null);
  return <div ref={ref} className={css.canvas} role="img" aria-label={`${name}: ${last ? `${last.day} ${shown(last.value, measure.unit, i18n.language)}` : "–"}`} />;
}
