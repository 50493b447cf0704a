/** Months: counts per soort, area and month (service/analysis/months.py), added up in the browser. */
import type { Fill } from "./data";

export interface MonthsData {
  cijfer: string;
  naam: string;
  eenheid: string;
  gebieden: { code: string; naam: string }[];
  kleuren: Record<string, Fill>;
  maanden: string[];
  grenzen: number[];
  soorten: string[];
  aantallen: number[][][];
  bronnen: { van: number; tot: number; soorten: number[] }[];
  noemer: (number | null)[];
  schaal: number;
  status: string[];
  statusTekst: Record<string, string>;
  minstens: number;
  ondergrens: number[];
  bovengrens: number[];
}

/** One area over a stretch of months; without a value `status` says why. */
export interface MonthValue {
  code: string;
  naam: string;
  n: number;
  value: number | null;
  lower: number | null;
  upper: number | null;
  status: string;
}

export const CLASSES = 5;
const YEAR_S = 365.25 * 24 * 3600;
const NORMAL = 1.959963984540054;
const SHOWN = 0.98;

/** The months of one cijfer, for the soorten that are chosen. */
export class Months {
  /** Per area the number up to each month, of the chosen soorten. */
  private until: Int32Array[] = [];
  private chosen: number[] = [];

  constructor(readonly data: MonthsData) {
    this.choose([]);
  }

  /** Count these soorten; none is all. */
  choose(groups: readonly string[]): void {
    const { soorten, aantallen, gebieden, maanden } = this.data;
    const asked = groups.map((one) => soorten.indexOf(one)).filter((at) => at >= 0);
    this.chosen = groups.length ? asked : soorten.map((_, at) => at);
    this.until = gebieden.map((_, area) => {
      const sums = new Int32Array(maanden.length + 1);
      for (let month = 0; month < maanden.length; month++) {
        let sum = sums[month] ?? 0;
        for (const group of this.chosen) sum += aantallen[group]?.[area]?.[month] ?? 0;
        sums[month + 1] = sum;
      }
      return sums;
    });
  }

  /** The values of all areas over the months from `first` up to `end`, which is not in it. */
  values(first: number, end: number): MonthValue[] {
    const years = this.years(first, end);
    return this.data.gebieden.map(({ code, naam }, area) => {
      const n = this.count(area, first, end);
      const factor = this.factor(area, years);
      const always = this.data.status[area] ?? "onbekend";
      const status = always !== "bekend" ? always : !factor ? "niet_geleverd" : n < this.data.minstens ? "te_klein" : always;
      if (status !== "bekend" || !factor) return { code, naam, n, value: null, lower: null, upper: null, status };
      const [lower, upper] = this.interval(n);
      return { code, naam, n, value: n * factor, lower: lower * factor, upper: upper * factor, status };
    });
  }

  /** The number in one area over some months. */
  count(area: number, first: number, end: number): number {
    const sums = this.until[area];
    return sums ? (sums[end] ?? 0) - (sums[first] ?? 0) : 0;
  }

  /** Whether a source watched on all days of a month. */
  isWhole(month: number): boolean {
    const length = (this.data.grenzen[month + 1] ?? 0) - (this.data.grenzen[month] ?? 0);
    return this.years(month, month + 1) * YEAR_S >= length - 1;
  }

  /** A round value that nearly all areas stay under, over every stretch of this many months. */
  top(length: number): number {
    const found: number[] = [];
    for (let first = 0; first + length <= this.data.maanden.length; first++) {
      const years = this.years(first, first + length);
      this.data.gebieden.forEach((_, area) => {
        const factor = this.data.status[area] === "bekend" ? this.factor(area, years) : null;
        if (factor) found.push(this.count(area, first, first + length) * factor);
      });
    }
    const sorted = Float64Array.from(found).sort();
    return roundUp(sorted[Math.floor((sorted.length - 1) * SHOWN)] ?? 1);
  }

  /** Years that a source of the chosen soorten watched; what several watched counts once. */
  private years(first: number, end: number): number {
    const [begin, stop] = [this.data.grenzen[first] ?? 0, this.data.grenzen[end] ?? 0];
    const watched = this.data.bronnen
      .filter((one) => one.soorten.some((group) => this.chosen.includes(group)))
      .map((one): [number, number] => [Math.max(one.van, begin), Math.min(one.tot, stop)])
      .sort((a, b) => a[0] - b[0]);
    let [total, reached] = [0, begin];
    for (const [van, tot] of watched) {
      total += Math.max(tot - Math.max(van, reached), 0);
      reached = Math.max(reached, tot);
    }
    return total / YEAR_S;
  }

  private factor(area: number, years: number): number | null {
    const size = this.data.noemer[area];
    return size && years > 0 ? this.data.schaal / (size * years) : null;
  }

  /** The exact interval of a number; beyond the table the formula of Wilson and Hilferty. */
  private interval(n: number): [number, number] {
    const [lower, upper] = [this.data.ondergrens[n], this.data.bovengrens[n]];
    if (lower !== undefined && upper !== undefined) return [lower, upper];
    const end = (k: number, sign: number): number => k * (1 - 1 / (9 * k) + (sign * NORMAL) / (3 * Math.sqrt(k))) ** 3;
    return [end(n, -1), end(n + 1, 1)];
  }
}

/** The class of a value: equal steps up to the top; -1 is not known, -2 too small. */
export function classOf(one: MonthValue, top: number): number {
  if (one.value === null) return one.status === "te_klein" || one.status === "geheim" ? -2 : -1;
  return Math.min(Math.floor((one.value / top) * CLASSES), CLASSES - 1);
}

/** 1, 2 or 5 times a power of ten, not below a value. */
function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}
