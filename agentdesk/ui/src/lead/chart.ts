import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

type Option = Parameters<EChartsType["setOption"]>[0];

/** Draws a chart into an element and keeps it up to date; its size follows the element's. */
export function useChart(option: Option) {
  const ref = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const c = init(element);
    chart.current = c;
    const watch = new ResizeObserver(() => c.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      c.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);
  return ref;
}

/** Letters, axes and margins as every chart here has them; painted in the look of now. */
export function styled(size: number) {
  const text = { color: colour("text-2"), fontSize: size };
  return {
    text,
    axis: { axisLine: { lineStyle: { color: colour("line-strong") } }, axisLabel: text, splitLine: { lineStyle: { color: colour("line") } } },
    base: { animation: false, textStyle: { fontFamily: colour("font") } },
    hover: { trigger: "axis" as const, renderMode: "richText" as const, confine: true },
  };
}

/** A colour of the desk by its name, as it is painted now. */
export function colour(name: string, root: Element = document.documentElement): string {
  return getComputedStyle(root).getPropertyValue(`--${name}`).trim();
}
