/** Charts: ECharts by parts, in the theme's colours, over the table that stands in the page anyway. */
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { Mount } from "../../lib/islands";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

const MOST_NAMED = 12;
const WIDEST_DAY = 60;

export interface ChartConfig {
  kind: "bar" | "line";
  unit?: string;
  categories: string[];
  series: { name: string; values: (number | null)[] }[];
  /** Addresses one comes to by clicking a category, in the same order. */
  links?: (string | null)[];
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`).trim();
}

/** The present first, what it is compared with greyer; orange stays with what is live. Patterns tell series apart as well. */
function palette(): string[] {
  return ["primary", "control", "secondary", "warning", "neutral"].map(token);
}

/** Under bars every name is said, broken into lines as narrow as the bar's place; along lines a name now and then will do. */
function labels(config: ChartConfig, width: number): object {
  if (config.kind !== "bar" || config.categories.length > MOST_NAMED) return {};
  const place = Math.max(24, (width - 64) / config.categories.length - 4);
  // a day that does not fit is parted after its month, not before its last character
  const parted = (name: string): string => (place < WIDEST_DAY ? name.replace(/^(\d+月)(\d+日)$/, "$1\n$2") : name);
  return { interval: 0, width: place, overflow: "break", formatter: parted };
}

function option(config: ChartConfig, width: number): EChartsCoreOption {
  const text = { color: token("muted"), fontFamily: getComputedStyle(document.body).fontFamily };
  const line = { lineStyle: { color: token("line") } };
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 180,
    color: palette(),
    textStyle: text,
    aria: { enabled: true, decal: { show: config.series.length > 1 } },
    grid: { left: 8, right: 8, top: config.series.length > 1 ? 36 : 16, bottom: 8, containLabel: true },
    ...(config.series.length > 1 ? { legend: { top: 0, textStyle: { ...text, color: token("base-content") } } } : {}),
    // HTML tooltips carry style attributes, which our content security policy refuses
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: token("base-100"),
      borderColor: token("control"),
      textStyle: { color: token("base-content") },
      valueFormatter: (value: unknown) => (value === null ? "—" : `${String(value)}${config.unit ?? ""}`),
    },
    xAxis: {
      type: "category",
      data: config.categories,
      axisLine: line,
      axisTick: { show: false },
      axisLabel: { ...text, ...labels(config, width) },
    },
    // bars lie about their height unless they start at zero
    yAxis: {
      type: "value",
      min: config.kind === "bar" ? 0 : undefined,
      // shares are seen against the whole
      max: config.kind === "bar" && config.unit === "%" ? ({ max }: { max: number }) => Math.max(100, max) : undefined,
      splitLine: line,
      axisLabel: config.unit === "%" ? { ...text, formatter: "{value}%" } : text,
      scale: config.kind === "line",
    },
    series: config.series.map((series) => ({
      type: config.kind,
      name: series.name,
      data: series.values,
      barMaxWidth: 48,
      itemStyle: { borderRadius: config.kind === "bar" ? [4, 4, 0, 0] : 0 },
    })),
  };
}

const mount: Mount<ChartConfig> = (element, config) => {
  element.classList.add("chart-area");
  const chart = init(element);
  const draw = (): void => chart.setOption(option(config, element.clientWidth), true);
  draw();
  chart.on("click", (params) => {
    const link = config.links?.[params.dataIndex ?? -1];
    if (link) location.assign(link);
  });
  const sizes = new ResizeObserver(() => {
    chart.resize();
    draw();
  });
  sizes.observe(element);
  window.addEventListener("lantian:theme", draw);
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", draw);
  return () => {
    sizes.disconnect();
    window.removeEventListener("lantian:theme", draw);
    scheme.removeEventListener("change", draw);
    chart.dispose();
  };
};
export default mount;
