import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/parts/settings";
import type { Now } from "./calls.ts";
import { colour, styled, useChart } from "./chart.ts";
import css from "./lead.module.css";
import { clockIn, filled } from "./quarters.ts";

interface Props {
  now: Now;
  /** Larger letters, for a screen that is read from afar. */
  large?: boolean;
}

/** Today by quarters of an hour: what came, was answered and left, and how well; beside it what waits now. */
export default function Charts({ now, large = false }: Props) {
  const { t, i18n } = useTranslation();
  const look = useLook();
  const size = large ? 22 : 11;
  const quarters = useMemo(() => filled(now), [now]);
  const day = useMemo(() => {
    void look; // the colours are another look's
    const { text, axis, base, hover } = styled(size);
    const bar = (name: string, key: "offered" | "answered" | "abandoned", c: string) => ({
      type: "bar" as const,
      name,
      data: quarters.map((q) => q[key]),
      itemStyle: { color: colour(c) },
      barMaxWidth: large ? 26 : 14,
    });
    return {
      ...base,
      grid: { left: size * 4, right: size * 5, top: size, bottom: size * 2.4 },
      tooltip: hover,
      xAxis: { type: "category" as const, data: quarters.map((q) => clockIn(now.zone, q.at)), ...axis },
      yAxis: [
        { type: "value" as const, minInterval: 1, ...axis },
        { type: "value" as const, min: 0, max: 100, axisLabel: { ...text, formatter: "{value}%" }, splitLine: { show: false } },
      ],
      series: [
        bar(t("lead.queues.offered"), "offered", "accent"),
        bar(t("lead.queues.answered"), "answered", "good"),
        bar(t("lead.queues.abandoned"), "abandoned", "bad-solid"),
        {
          type: "line" as const,
          name: t("lead.charts.level"),
          yAxisIndex: 1,
          connectNulls: true,
          symbolSize: large ? 10 : 5,
          lineStyle: { width: large ? 4 : 2 },
          itemStyle: { color: colour("plum") },
          data: quarters.map((q) => (q.service_level === null ? null : Math.round(q.service_level * 100))),
        },
        {
          type: "line" as const,
          yAxisIndex: 1,
          silent: true,
          symbol: "none",
          tooltip: { show: false },
          lineStyle: { color: colour("plum"), type: "dashed" as const, width: 1, opacity: 0.7 },
          data: quarters.map(() => Math.round(now.total.target * 100)),
        },
      ],
    };
  }, [quarters, now.zone, now.total.target, look, size, large, t]);
  const waiting = useMemo(() => {
    void look;
    const { text, base } = styled(size);
    const queues = now.queues.toReversed();
    return {
      ...base,
      grid: { left: size, right: size * 4, top: size, bottom: size, containLabel: true },
      xAxis: { type: "value" as const, minInterval: 1, show: false, max: (v: { max: number }) => Math.max(4, v.max) },
      yAxis: {
        type: "category" as const,
        data: queues.map((q) => (i18n.language === "en" && q.name_en) || q.name),
        axisLabel: text,
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: [
        {
          type: "bar" as const,
          barMaxWidth: large ? 44 : 18,
          data: queues.map((q) => ({ value: q.waiting, itemStyle: { color: q.waiting > 0 ? colour("warn") : colour("line-strong") } })),
          label: { show: true, position: "right" as const, ...text, fontWeight: "bold" as const },
        },
      ],
    };
  }, [now.queues, look, size, large, i18n.language]);
  const dayRef = useChart(day);
  const waitingRef = useChart(waiting);
  const legend = [
    ["accent", t("lead.queues.offered")],
    ["good", t("lead.queues.answered")],
    ["bad-solid", t("lead.queues.abandoned")],
    ["plum", t("lead.charts.level")],
  ] as const;
  const sum = t("lead.charts.sum", { offered: now.total.offered, answered: now.total.answered, abandoned: now.total.abandoned });
  return (
    <div className={css.charts} data-large={large || undefined}>
      <figure>
        <figcaption>
          {t("lead.charts.day")}
          {legend.map(([c, words]) => (
            <span key={c} className={css.key}>
              <i style={{ background: `var(--${c})` }} aria-hidden />
              {words}
            </span>
          ))}
        </figcaption>
        <div ref={dayRef} className={css.canvas} role="img" aria-label={`${t("lead.charts.day")}: ${sum}`} />
      </figure>
      <figure>
        <figcaption>{t("lead.charts.waiting")}</figcaption>
        <div ref={waitingRef} className={css.canvas} role="img" aria-label={`${t("lead.charts.waiting")}: ${now.total.waiting}`} />
      </figure>
    </div>
  );
}
