/** Brushing: what is pointed at or chosen in the map, the table, the spread or the trend shows in all of them. */
import type { LiveMap } from "./map";
import type { Months } from "./months";
import { count, text } from "./texts";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 600;
const HIGH = 90;

/** The areas that are pointed at and chosen; the table is where values are read. */
export class Brush {
  private readonly chosen: Set<string>;
  private months: Months | null = null;
  private stretch: [number, number] = [0, 0];

  constructor(
    private readonly box: HTMLElement,
    private readonly maps: () => LiveMap[],
    private readonly changed: (chosen: string[]) => void,
  ) {
    this.chosen = new Set(new URL(window.location.href).searchParams.getAll("kies"));
    document.addEventListener("pointerover", (event) => this.mark(codeAt(event)));
    document.addEventListener("focusin", (event) => this.mark(codeAt(event)));
    document.addEventListener("change", (event) => {
      const field = event.target as HTMLInputElement;
      if (field.dataset["kies"]) this.toggle(field.dataset["kies"]);
    });
    this.part("[data-spreiding]").addEventListener("click", (event) => {
      const code = codeAt(event);
      if (code) this.toggle(code);
    });
    this.part("[data-niets-gekozen]").addEventListener("click", () => {
      this.chosen.clear();
      this.told();
    });
  }

  /** Take the table, the map and the months that the page shows now. */
  refresh(months: Months | null, first = 0, end = months?.data.maanden.length ?? 0): void {
    [this.months, this.stretch] = [months, [first, end]];
    this.box.hidden = false;
    for (const live of this.maps()) {
      live.brush({ pointed: (code) => this.mark(code), toggled: (code) => this.toggle(code) });
    }
    for (const row of rows()) boxOf(row);
    this.spread();
    this.show();
  }

  private toggle(code: string): void {
    if (!this.chosen.delete(code)) this.chosen.add(code);
    this.told();
  }

  private told(): void {
    this.show();
    this.changed([...this.chosen]);
  }

  /** Point at one area, in every view. */
  private mark(code: string | null): void {
    for (const part of document.querySelectorAll("[data-code].gemerkt")) {
      if ((part as HTMLElement | SVGElement).dataset["code"] !== code) part.classList.remove("gemerkt");
    }
    if (code) for (const part of document.querySelectorAll(`[data-code="${code}"]`)) part.classList.add("gemerkt");
    for (const live of this.maps()) live.mark(code);
  }

  private show(): void {
    for (const live of this.maps()) live.select(this.chosen);
    for (const part of document.querySelectorAll<HTMLElement | SVGElement>("[data-code]")) {
      part.classList.toggle("gekozen", this.chosen.has(part.dataset["code"] ?? ""));
    }
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-kies]")) {
      field.checked = this.chosen.has(field.dataset["kies"] ?? "");
    }
    const taken = rows().filter((row) => this.chosen.has(row.dataset["code"] ?? ""));
    for (const row of taken) unfold(row);
    const names = taken.map(nameOf);
    this.part("[data-gekozen]").textContent = names.length ? text("kies_namen", { namen: names.join(", ") }) : text("kies_geen");
    this.part<HTMLButtonElement>("[data-niets-gekozen]").hidden = !this.chosen.size;
    this.trend();
  }

  /** A dot for each area with a value, along a line from the lowest to the highest. */
  private spread(): void {
    const found = rows().flatMap((row) => {
      const value = valueOf(row);
      return value === null ? [] : [{ code: row.dataset["code"] ?? "", naam: nameOf(row), value }];
    });
    const values = found.map(({ value }) => value);
    const [low, high] = [Math.min(0, ...values), Math.max(...values, 1e-9)];
    const drawn = make("svg", { viewBox: `0 0 ${WIDE} 60`, role: "img", "aria-label": text("kies_spreiding", { n: count(found.length) }) });
    drawn.append(make("line", { x1: "10", x2: String(WIDE - 10), y1: "46", y2: "46", class: "spreiding__as" }));
    const taken: number[] = [];
    for (const one of [...found].sort((a, b) => a.value - b.value)) {
      const x = 10 + ((one.value - low) / (high - low || 1)) * (WIDE - 20);
      const level = taken.filter((other) => x - other < 9).length % 5;
      taken.push(x);
      const dot = make("circle", { cx: x.toFixed(1), cy: String(38 - level * 8), r: "4.5", class: "spreiding__punt" });
      dot.dataset["code"] = one.code;
      const title = make("title", {});
      title.textContent = `${one.naam}: ${one.value.toLocaleString("nl-NL")}`;
      dot.append(title);
      drawn.append(dot);
    }
    for (const [value, x, anchor] of [[low, 10, "start"], [high, WIDE - 10, "end"]] as const) {
      const label = make("text", { x: String(x), y: "58", "text-anchor": anchor, class: "spreiding__getal" });
      label.textContent = value.toLocaleString("nl-NL", { maximumFractionDigits: 1 });
      drawn.append(label);
    }
    this.part("[data-spreiding]").replaceChildren(drawn);
  }

  /** A bar for each month: what was counted in the chosen areas, or in all. */
  private trend(): void {
    const { months } = this;
    const box = this.part("[data-trend]");
    box.hidden = months === null;
    if (!months) return;
    const { maanden, gebieden } = months.data;
    const which = gebieden.flatMap(({ code }, at) => (!this.chosen.size || this.chosen.has(code) ? [at] : []));
    const sums = maanden.map((_, month) => which.reduce((sum, area) => sum + months.count(area, month, month + 1), 0));
    const top = Math.max(...sums, 1);
    const step = WIDE / Math.max(maanden.length, 1);
    const drawn = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": text("kies_trend", { n: count(sums.reduce((a, b) => a + b, 0)) }) });
    sums.forEach((sum, month) => {
      const high = (sum / top) * (HIGH - 4);
      const inside = month >= this.stretch[0] && month < this.stretch[1];
      const bar = make("rect", { x: (month * step + step * 0.1).toFixed(1), y: (HIGH - high).toFixed(1), width: (step * 0.8).toFixed(1), height: high.toFixed(1), class: barClass(inside, months.isWhole(month)) });
      const title = make("title", {});
      title.textContent = monthText(months, month, sum);
      bar.append(title);
      drawn.append(bar);
    });
    this.part("[data-trend-beeld]").replaceChildren(drawn);
    this.part("[data-trend-tabel]").replaceChildren(
      ...sums.map((sum, month) => {
        const [row, name, number] = [document.createElement("tr"), document.createElement("th"), document.createElement("td")];
        name.scope = "row";
        name.textContent = (maanden[month] ?? "") + (months.isWhole(month) ? "" : `, ${text("verloop_deel")}`);
        number.textContent = count(sum);
        number.className = "rechts";
        row.append(name, number);
        return row;
      }),
    );
  }

  private part<T extends HTMLElement>(selector: string): T {
    return this.box.querySelector<T>(selector) as T;
  }
}

function barClass(inside: boolean, whole: boolean): string {
  return ["trend__staaf", inside ? "trend__staaf--nu" : "", whole ? "" : "trend__staaf--deel"].filter(Boolean).join(" ");
}

function monthText(months: Months, month: number, sum: number): string {
  const part = months.isWhole(month) ? "" : `, ${text("verloop_deel")}`;
  return `${months.data.maanden[month]}${part}: ${count(sum)}`;
}

/** Open what a row is folded away in, so that what is chosen or has a value is always seen. */
export function unfold(row: HTMLElement): void {
  const fold = row.closest<HTMLDetailsElement>("[data-vouw]");
  if (fold) fold.open = true;
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-wissel=tabel] tr[data-code]")];
}

/** The box in a row by which an area is chosen. */
function boxOf(row: HTMLElement): void {
  const [code, head] = [row.dataset["code"] ?? "", row.querySelector("th")];
  if (!head || head.querySelector("[data-kies]")) return;
  const field = document.createElement("input");
  field.type = "checkbox";
  field.dataset["kies"] = code;
  field.className = "kiesvak";
  field.setAttribute("aria-label", text("kies_gebied", { naam: nameOf(row) }));
  head.prepend(field);
}

function nameOf(row: HTMLElement): string {
  return row.querySelector("th a")?.textContent?.trim() ?? "";
}

/** The value of a row as a number; null where words stand. */
function valueOf(row: HTMLElement): number | null {
  const cell = row.querySelector<HTMLElement>("[data-cel=waarde]");
  const words = (cell?.querySelector(".getal") ?? cell)?.textContent?.trim() ?? "";
  return /^-?[\d.]+(,\d+)?$/.test(words) ? Number(words.replaceAll(".", "").replace(",", ".")) : null;
}

function codeAt(event: Event): string | null {
  const part = (event.target as Element).closest?.<HTMLElement | SVGElement>("[data-code]");
  return part?.dataset["code"] ?? null;
}

function make(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
