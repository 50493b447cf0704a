/** The analysis page: another choice is fetched as a page, and its map data, legend and table are put in place. */
import { Beside } from "./beside";
import { Brush } from "./brush";
import { mapData } from "./data";
import type { LiveMap } from "./map";
import { followMap, offerCopy, offerKeeping, where, withParts, withPosition } from "./permalink";
import { text } from "./texts";
import { type Around, TimeLine } from "./time";

/** Let the filters and the order of the table work without leaving the page. */
export function startAnalysis(form: HTMLFormElement, live: LiveMap): void {
  const page = new AnalysisPage(form, live);
  form.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement && event.target.name === "soort" && page.time?.answers())) {
      void page.go(page.asked());
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void page.go(page.asked());
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("[data-volgorde]");
    if (!link) return;
    event.preventDefault();
    void page.go(link.href);
  });
  window.addEventListener("popstate", () => window.location.reload());
  followMap(live.map);
  offerKeeping();
  page.tidy();
}

const PLOTS_MS = 60;
const ADDRESS_MS = 250;

class AnalysisPage {
  readonly time: TimeLine | null;
  private asking: AbortController | null = null;
  private plotting = 0;
  private writing = 0;
  private readonly beside: Beside;
  private readonly brush: Brush | null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly live: LiveMap,
  ) {
    this.beside = new Beside(live);
    const brushing = document.querySelector<HTMLElement>("[data-kiezen]");
    this.brush = brushing && new Brush(brushing, () => this.maps(), (kies) => this.keep({ kies }));
    const box = document.querySelector<HTMLElement>("[data-tijd]");
    this.time = box && new TimeLine(box, form, live, this.around());
    void live.drawn.then(() => this.settle(box?.dataset["tijd"] ?? ""));
  }

  /** The address of what the form asks now; empty fields are left out. */
  asked(): string {
    const filled = [...new FormData(this.form)].filter(([, value]) => value !== "") as [string, string][];
    const chosen = new URL(window.location.href).searchParams.getAll("kies").map((code) => ["kies", code]);
    return `${this.form.action}?${new URLSearchParams([...filled, ...chosen] as [string, string][])}`;
  }

  /** Show the view of an address; when that fails, the browser goes there itself. */
  async go(address: string): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    this.status(text("bezig"));
    try {
      await this.replace(address, this.asking.signal);
      this.status(text("klaar"));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) window.location.assign(address);
    }
  }

  /** Show the fields that belong to the kind of map, and offer what needs a script. */
  tidy(): void {
    const kind = new FormData(this.form).get("weergave");
    for (const field of this.form.querySelectorAll<HTMLElement>("[data-bij]")) {
      field.hidden = field.dataset["bij"] !== kind;
    }
    offerCopy((words) => this.status(words), text("gekopieerd"));
  }

  private maps(): LiveMap[] {
    return this.beside.live ? [this.live, this.beside.live] : [this.live];
  }

  /** Let the slider and the choosing begin anew with what the page shows. */
  private async settle(months: string): Promise<void> {
    this.brush?.refresh(null);
    await this.time?.take(months);
    this.brush?.refresh(this.time?.now ?? null, ...(this.time?.stretchNow() ?? []));
  }

  /** Keep parts of the view in the address and in the permalink. */
  private keep(asked: Record<string, string | readonly string[]>): void {
    const link = document.querySelector<HTMLAnchorElement>("[data-permalink]");
    if (link) link.href = withParts(link.href, asked);
    window.history.replaceState(null, "", withParts(window.location.href, asked));
  }

  /** What happens around the slider: the address follows each step, the table comes from the service after a rest. */
  private around(): Around {
    return {
      moved: (asked) => {
        this.asking?.abort();
        // Writing the address takes longer than all the rest of a step.
        window.clearTimeout(this.writing);
        this.writing = window.setTimeout(() => this.keep(asked), ADDRESS_MS);
      },
      rested: () => void this.refreshTable(),
      shown: (months, first, end) => {
        // The map and the table go before the plots.
        window.clearTimeout(this.plotting);
        this.plotting = window.setTimeout(() => this.brush?.refresh(months, first, end), PLOTS_MS);
      },
    };
  }

  private async refreshTable(): Promise<void> {
    this.asking = new AbortController();
    try {
      const next = await page(this.asked(), this.asking.signal);
      swap(next, ["tabel"]);
      this.rename(next);
      this.brush?.refresh(this.time?.now ?? null, ...(this.time?.stretchNow() ?? []));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
  }

  private async replace(address: string, signal: AbortSignal): Promise<void> {
    const next = await page(address, signal);
    swap(next, ["legenda", "tabel", "tweede"]);
    document.querySelector(".analyse__kaart [data-kaart-gegevens]")?.replaceWith(next.querySelector(".analyse__kaart [data-kaart-gegevens]") ?? "");
    this.rename(next);
    this.address(address);
    this.tidy();
    await this.live.show(mapData(this.live.map.getContainer()));
    this.beside.refresh();
    await this.settle(next.querySelector<HTMLElement>("[data-tijd]")?.dataset["tijd"] ?? "");
  }

  private rename(next: Document): void {
    const label = next.querySelector("[data-kaart]")?.getAttribute("aria-label");
    if (label) this.live.map.getContainer().setAttribute("aria-label", label);
    const banner = next.querySelector(".voorbeeldbalk");
    const shown = document.querySelector(".voorbeeldbalk");
    if (banner && !shown) document.querySelector("main")?.before(document.adoptNode(banner));
    if (!banner) shown?.remove();
    const kinds = next.querySelector(".filters__soorten summary");
    this.form.querySelector(".filters__soorten summary")?.replaceChildren(kinds?.textContent ?? "");
  }

  private address(address: string): void {
    const position = where(this.live.map);
    window.history.pushState(null, "", withPosition(address, position));
    const link = document.querySelector<HTMLAnchorElement>("[data-permalink]");
    if (link) link.href = withPosition(link.href, position);
  }

  private status(words: string): void {
    const line = document.querySelector("[data-status]");
    if (line) line.textContent = words;
  }
}

/** The page of an address; a refusal is an error. */
async function page(address: string, signal: AbortSignal): Promise<Document> {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Put parts of another page in place of those of this one. */
function swap(next: Document, names: readonly string[]): void {
  for (const name of names) {
    const fresh = next.querySelector(`[data-wissel="${name}"]`);
    if (fresh) document.querySelector(`[data-wissel="${name}"]`)?.replaceWith(document.adoptNode(fresh));
  }
}
