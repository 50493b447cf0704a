/** The lines of a cijfer over time: a plot that follows the pointer and the arrow keys. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { text } from "./texts";

interface Line {
  naam: string;
  waarden: (number | null)[];
  deel: boolean[];
  trend: (number | null)[];
  onder: (number | null)[];
  boven: (number | null)[];
}

interface Lines {
  momenten: number[];
  labels: string[];
  eenheid: string;
  lijnen: Line[];
  merken: { moment: number; naam: string }[];
}

const HEIGHT = 300;
const INK = "#1c2326";
const GRID = "#d5d9da";
const COLOURS = ["#0b4f5c", "#a8480f"];
const DASHES = [[], [7, 4]];
const FONT = "13px sans-serif";

/** Draw the lines in this box, in the place of the picture that readers without a script get. */
export function startChange(box: HTMLElement): void {
  const place = box.parentElement;
  const data = JSON.parse(place?.querySelector("[data-verloop-gegevens]")?.textContent ?? "null") as Lines | null;
  if (!place || !data) return;
  box.hidden = false;
  place.querySelector("[data-verloop-beeld]")?.setAttribute("hidden", "");
  place.querySelector("[data-verloop-uitleg]")?.removeAttribute("hidden");
  if (data.lijnen.length > 1) box.before(names(data));
  const status = place.querySelector<HTMLElement>("[data-verloop-stand]");
  const plot = new uPlot(options(data, box.clientWidth), columns(data), box);
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  follow(box, plot, data, (at) => {
    if (status) status.textContent = at === null ? "" : said(data, at);
  });
}

/** The names of the lines, each with its own colour and stroke. */
function names(data: Lines): HTMLElement {
  const list = document.createElement("ul");
  list.className = "verloop__namen";
  data.lijnen.forEach((line, place) => {
    const item = document.createElement("li");
    const sample = document.createElement("span");
    sample.style.borderTop = `3px ${place === 0 ? "solid" : "dashed"} ${colour(place)}`;
    item.append(sample, line.naam);
    list.append(item);
  });
  return list;
}

/** Whole months as lines, months that were watched in part as points, and the trend with its band. */
function columns(data: Lines): uPlot.AlignedData {
  const found: (number | null)[][] = [data.momenten];
  for (const line of data.lijnen) {
    found.push(line.waarden.map((value, at) => (line.deel[at] ? null : value)));
    found.push(line.waarden.map((value, at) => (line.deel[at] ? value : null)));
    found.push(line.trend, line.onder, line.boven);
  }
  return found as uPlot.AlignedData;
}

function options(data: Lines, width: number): uPlot.Options {
  const lines = data.lijnen.flatMap((line, place) => series(line, place));
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(low, 0), high + (high - low || 1) * 0.08] } },
    series: [{ label: "", value: (_, __, ___, at) => (at === null ? "" : (data.labels[at] ?? "")) }, ...lines],
    bands: data.lijnen.map((_, place) => ({ series: [5 * place + 5, 5 * place + 4], fill: `${colour(place)}26` })),
    axes: [
      { stroke: INK, grid: { stroke: GRID }, font: FONT, splits: () => splits(data, width), values: (_, at) => at.map((one) => labelOf(data, one)) },
      { stroke: INK, grid: { stroke: GRID }, font: FONT, label: data.eenheid, labelFont: FONT, labelSize: 24, size: 56, values: (_, at) => at.map(number) },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, data)] },
  };
}

function series(line: Line, place: number): uPlot.Series[] {
  const stroke = colour(place);
  const hidden = { stroke: "transparent", width: 0, points: { show: false } };
  const shown = (_: uPlot, value: number | null): string => (value === null ? "–" : number(value));
  return [
    { label: line.naam, stroke, width: 2, dash: DASHES[place] ?? [], points: { show: true, size: 6, fill: stroke }, value: shown },
    { label: `${line.naam}, ${text("verloop_deel")}`, stroke, width: 0, points: { show: true, size: 7, fill: "#ffffff" }, value: shown },
    { label: text("verloop_trend", { aantal: line.naam }), stroke: INK, width: 2, dash: [2, 3], points: { show: false }, value: shown },
    { label: "", ...hidden },
    { label: "", ...hidden },
  ];
}

/** Lines across the time where something changed, each with its words, one below the other. */
function drawMarks(plot: uPlot, data: Lines): void {
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = INK;
  ctx.fillStyle = INK;
  ctx.font = `${12 * scale}px sans-serif`;
  ctx.setLineDash([2 * scale, 3 * scale]);
  data.merken.forEach((mark, row) => {
    const x = plot.valToPos(mark.moment, "x", true);
    const right = x > bbox.left + bbox.width * 0.6;
    ctx.textAlign = right ? "right" : "left";
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(mark.naam, x + (right ? -4 : 4) * scale, bbox.top + (12 + 15 * (row % 4)) * scale);
  });
  ctx.restore();
}

/** Let the pointer and the arrow keys walk along the months. */
function follow(box: HTMLElement, plot: uPlot, data: Lines, say: (at: number | null) => void): void {
  let at: number | null = null;
  plot.hooks.setCursor = [(one) => say((at = one.cursor.idx ?? null))];
  box.addEventListener("keydown", (event) => {
    const last = data.momenten.length - 1;
    const steps: Record<string, number> = {
      ArrowRight: Math.min((at ?? -1) + 1, last),
      ArrowLeft: Math.max((at ?? last + 1) - 1, 0),
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    plot.setCursor({ left: plot.valToPos(data.momenten[next] ?? 0, "x"), top: 10 });
    say((at = next));
  });
}

/** The month at a place with its numbers, and what changed in it. */
function said(data: Lines, at: number): string {
  const numbers = data.lijnen.map((line) => {
    const value = line.waarden[at];
    const part = line.deel[at] ? ` (${text("verloop_deel")})` : "";
    const trend = line.trend[at];
    const beside = trend === null || trend === undefined ? "" : `, ${text("verloop_trend", { aantal: number(trend) })}`;
    return `${line.naam} ${value === null || value === undefined ? "–" : number(value)}${part}${beside}`;
  });
  const begin = data.momenten[at] ?? 0;
  const end = data.momenten[at + 1] ?? Infinity;
  const marks = data.merken.filter((one) => one.moment >= begin && one.moment < end).map((one) => one.naam);
  return [`${data.labels[at]}: ${numbers.join("; ")}.`, ...marks.map((naam) => `${naam}.`)].join(" ");
}

/** As many labels as fit beside each other. */
function splits(data: Lines, width: number): number[] {
  const step = Math.max(Math.ceil(data.momenten.length / Math.max(Math.floor(width / 85), 2)), 1);
  return data.momenten.filter((_, at) => at % step === 0);
}

function labelOf(data: Lines, moment: number): string {
  return data.labels[data.momenten.indexOf(moment)] ?? "";
}

function colour(place: number): string {
  return COLOURS[place % COLOURS.length] ?? INK;
}

function number(value: number): string {
  return value.toLocaleString("nl-NL", { maximumFractionDigits: 1 });
}
