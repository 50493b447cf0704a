/** Time: a slider over months that plays; map, legend and table follow in the browser itself. */
import { unfold } from "./brush";
import { type Area, fetchJson } from "./data";
import type { LiveMap } from "./map";
import { CLASSES, classOf, type MonthValue, Months, type MonthsData } from "./months";
import { stamp } from "./patterns";
import { count, text } from "./texts";

// Made once: making one takes longer than writing a whole table with it.
const [WHOLE, TENTHS, HUNDREDTHS] = [0, 1, 2].map(
  (maximumFractionDigits) => new Intl.NumberFormat("nl-NL", { maximumFractionDigits }),
) as [Intl.NumberFormat, Intl.NumberFormat, Intl.NumberFormat];
const PACES = { langzaam: 1600, gewoon: 800, snel: 350 } as const;
// So long nothing changes before the whole table is asked for, with what only the service works out.
const REST_MS = 700;

/** What the page does when another stretch is shown: keep the address, and fetch the table after a rest. */
export interface Around {
  moved: (asked: Record<string, string | string[]>) => void;
  rested: () => void;
  shown: (months: Months, first: number, end: number) => void;
}

/** The section with the slider; without months for a cijfer it is not there. */
export class TimeLine {
  private months: Months | null = null;
  private address = "";
  private playing = 0;
  private resting = 0;
  private scaled = { asked: "", top: 1 };
  private readonly slider: HTMLInputElement;
  private readonly length: HTMLSelectElement;

  constructor(
    private readonly box: HTMLElement,
    private readonly form: HTMLFormElement,
    private readonly live: LiveMap,
    private readonly around: Around,
  ) {
    this.slider = this.part<HTMLInputElement>("[data-tijd-maand]");
    this.length = this.part<HTMLSelectElement>("[data-tijd-venster]");
    this.slider.addEventListener("input", () => this.moved());
    this.length.addEventListener("change", () => this.moved());
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.part<HTMLSelectElement>("[data-tijd-tempo]").value = "langzaam";
    }
    this.part("[data-tijd-terug]").addEventListener("click", () => this.step(-1));
    this.part("[data-tijd-verder]").addEventListener("click", () => this.step(1));
    this.part("[data-tijd-speel]").addEventListener("click", () => this.toggle());
    this.part("[data-tijd-tempo]").addEventListener("change", () => this.playing && this.play());
  }

  /** Take the months of the cijfer that the page shows now; an empty address is one without months. */
  async take(address: string): Promise<void> {
    this.pause();
    this.scaled.asked = "";
    this.box.hidden = address === "";
    if (address === this.address) return this.place();
    [this.address, this.months] = [address, null];
    if (address === "") return;
    const data = await fetchJson<MonthsData>(address);
    if (address !== this.address) return;
    this.months = new Months(data);
    this.place();
    this.box.dataset["klaar"] = "ja";
  }

  /** The months that are shown, if any. */
  get now(): Months | null {
    return this.box.hidden ? null : this.months;
  }

  /** The months that the slider stands at: the first, and the one after the last. */
  stretchNow(): [number, number] {
    return this.months ? this.stretch(this.months) : [0, 0];
  }

  /** Whether a change of the soorten can be answered here; then it is. */
  answers(): boolean {
    if (!this.months || this.box.hidden) return false;
    this.show();
    return true;
  }

  /** Set the slider at the days of the form, when these are whole months. */
  private place(): void {
    const { months } = this;
    if (!months) return;
    const all = months.data.maanden;
    const [van, tot] = [this.field("van").value, this.field("tot").value];
    const first = van ? all.indexOf(van.slice(0, 7)) : 0;
    const last = tot ? all.indexOf(tot.slice(0, 7)) : all.length - 1;
    const length = last - first + 1;
    const offered = [...this.length.options].find((one) => one.value === String(length));
    this.length.value = offered ? offered.value : van || tot ? "1" : "0";
    this.bound();
    this.slider.value = String(Math.min(Math.max(first, 0), Number(this.slider.max)));
    this.say();
  }

  private moved(): void {
    this.bound();
    this.show();
  }

  private show(): void {
    const { months } = this;
    if (!months) return;
    const groups = new FormData(this.form).getAll("soort").map(String);
    const [first, end] = this.stretch(months);
    const top = this.scale(months, groups, end - first);
    const values = months.values(first, end);
    this.colour(values, months, top);
    rows(values, months);
    const period = document.querySelector("[data-feit-periode]");
    if (period) period.textContent = this.words(months);
    this.say();
    const whole = end - first === months.data.maanden.length;
    this.field("van").value = whole ? "" : `${months.data.maanden[first]}-01`;
    this.field("tot").value = whole ? "" : lastDay(months.data.maanden[end - 1] ?? "");
    this.around.moved({ van: this.field("van").value, tot: this.field("tot").value, soort: groups });
    this.around.shown(months, first, end);
    window.clearTimeout(this.resting);
    if (!this.playing) this.resting = window.setTimeout(() => this.around.rested(), REST_MS);
  }

  /** The top of the colours, which stays as long as the soorten and the length do. */
  private scale(months: Months, groups: readonly string[], length: number): number {
    const asked = [...groups, length, this.address].join();
    if (asked !== this.scaled.asked) {
      months.choose(groups);
      this.scaled = { asked, top: months.top(length) };
      this.legend(months, this.scaled.top);
    }
    return this.scaled.top;
  }

  private colour(values: readonly MonthValue[], months: Months, top: number): void {
    const areas: Record<string, Pick<Area, "klasse" | "regels">> = {};
    for (const one of values) {
      areas[one.code] = { klasse: classOf(one, top), regels: linesOf(one, months) };
    }
    this.live.recolour(areas, months.data.kleuren);
  }

  private legend(months: Months, top: number): void {
    const list = document.querySelector("[data-legenda]");
    const step = top / CLASSES;
    const labels = Array.from({ length: CLASSES }, (_, at) =>
      at < CLASSES - 1
        ? text("tijd_klasse", { van: number(at * step), tot: number((at + 1) * step) })
        : text("tijd_hoogste", { van: number(at * step) }),
    );
    const named: [string, string][] = labels.map((label, at) => [String(at), label]);
    named.push(["-2", text("tijd_te_klein")], ["-1", text("tijd_onbekend")]);
    list?.replaceChildren(
      ...named.flatMap(([key, label]) => {
        const fill = months.data.kleuren[key];
        if (!fill) return [];
        const [line, words] = [document.createElement("li"), document.createElement("span")];
        words.textContent = label;
        line.append(stamp(fill), words);
        return [line];
      }),
    );
  }

  private stretch(months: Months): [number, number] {
    const all = months.data.maanden.length;
    const length = Math.min(Number(this.length.value) || all, all);
    const first = Math.min(Number(this.slider.value), all - length);
    return [first, first + length];
  }

  private bound(): void {
    const all = this.months?.data.maanden.length ?? 0;
    const length = Math.min(Number(this.length.value) || all, all);
    this.slider.max = String(Math.max(all - length, 0));
  }

  private words(months: Months): string {
    const [first, end] = this.stretch(months);
    const [a, b] = [monthWords(months.data.maanden[first]), monthWords(months.data.maanden[end - 1])];
    return a === b ? a : text("tijd_van_tot", { van: a, tot: b });
  }

  private say(): void {
    if (!this.months) return;
    const words = this.words(this.months);
    this.slider.setAttribute("aria-valuetext", words);
    this.part("[data-tijd-nu]").textContent = words;
  }

  private step(by: number): void {
    this.pause();
    this.slider.value = String(Number(this.slider.value) + by);
    this.moved();
  }

  private toggle(): void {
    if (this.playing) {
      this.pause();
      this.show();
    } else this.play();
  }

  private play(): void {
    this.pause();
    if (this.length.value === "0") this.length.value = "1";
    this.bound();
    if (Number(this.slider.value) >= Number(this.slider.max)) this.slider.value = "0";
    const pace = this.part<HTMLSelectElement>("[data-tijd-tempo]").value as keyof typeof PACES;
    const button = this.part("[data-tijd-speel]");
    button.textContent = text("tijd_pauze");
    this.playing = window.setInterval(() => this.tick(), PACES[pace]);
    this.show();
  }

  private tick(): void {
    if (Number(this.slider.value) >= Number(this.slider.max)) return this.toggle();
    this.slider.value = String(Number(this.slider.value) + 1);
    this.show();
  }

  private pause(): void {
    window.clearInterval(this.playing);
    this.playing = 0;
    this.part("[data-tijd-speel]").textContent = text("tijd_speel");
  }

  private field(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  private part<T extends HTMLElement>(selector: string): T {
    return this.box.querySelector<T>(selector) as T;
  }
}

/** The status of what nobody delivered: of that no number is known either. */
const UNTOLD = "niet_geleverd";

/** Put the values in the table; what only the service works out waits for it. */
function rows(values: readonly MonthValue[], months: Months): void {
  const known = new Map(values.map((one) => [one.code, one]));
  for (const row of document.querySelectorAll<HTMLElement>("tr[data-code]")) {
    const one = known.get(row.dataset["code"] ?? "");
    if (!one) continue;
    if (one.value !== null) unfold(row);
    for (const cell of row.querySelectorAll<HTMLElement>("[data-cel]")) {
      const words = cellText(cell.dataset["cel"] ?? "", one, months);
      if (cell.textContent !== words) cell.textContent = words;
    }
  }
}

function cellText(cell: string, one: MonthValue, months: Months): string {
  if (cell === "aantal") return one.status === UNTOLD ? "–" : count(one.n);
  if (cell === "rest") return "…";
  if (cell === "marge") return one.value === null ? "–" : margin(one);
  return one.value === null ? (months.data.statusTekst[one.status] ?? "") : number(one.value);
}

function linesOf(one: MonthValue, months: Months): string[] {
  const why = months.data.statusTekst[one.status] ?? "";
  if (one.value === null) return one.status === UNTOLD ? [why] : [why, text("tijd_geteld", { n: count(one.n) })];
  return [`${number(one.value)} ${months.data.eenheid}`, margin(one), text("tijd_geteld", { n: count(one.n) })];
}

function margin(one: MonthValue): string {
  return text("tijd_marge", { van: number(one.lower ?? 0), tot: number(one.upper ?? 0) });
}

function number(value: number): string {
  return (Math.abs(value) >= 100 ? WHOLE : Math.abs(value) >= 1 ? TENTHS : HUNDREDTHS).format(value);
}

function monthWords(month: string | undefined): string {
  const moment = new Date(`${month ?? "1970-01"}-15T12:00:00`);
  return moment.toLocaleDateString("nl-NL", { month: "long", year: "numeric" });
}

function lastDay(month: string): string {
  const [year, number] = month.split("-").map(Number);
  return `${month}-${new Date(year ?? 0, number ?? 0, 0).getDate()}`;
}
