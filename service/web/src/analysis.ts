/** The analysis page: another choice is fetched as a page, and its map data, legend and table are put in place. */
import { mapData } from "./data";
import type { LiveMap } from "./map";
import { followMap, offerCopy, where, withPosition } from "./permalink";
import { text } from "./texts";

/** Let the filters and the order of the table work without leaving the page. */
export function startAnalysis(form: HTMLFormElement, live: LiveMap): void {
  const page = new AnalysisPage(form, live);
  form.addEventListener("change", () => void page.go(page.asked()));
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
  page.tidy();
}

class AnalysisPage {
  private asking: AbortController | null = null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly live: LiveMap,
  ) {}

  /** The address of what the form asks now; empty fields are left out. */
  asked(): string {
    const filled = [...new FormData(this.form)].filter(([, value]) => value !== "") as [string, string][];
    return `${this.form.action}?${new URLSearchParams(filled)}`;
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

  private async replace(address: string, signal: AbortSignal): Promise<void> {
    const answer = await fetch(address, { signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll<HTMLElement>("[data-wissel]")) {
      const fresh = next.querySelector(`[data-wissel="${part.dataset["wissel"]}"]`);
      if (fresh) part.replaceWith(document.adoptNode(fresh));
    }
    document.querySelector("[data-kaart-gegevens]")?.replaceWith(next.querySelector("[data-kaart-gegevens]") ?? "");
    this.rename(next);
    this.address(address);
    this.tidy();
    await this.live.show(mapData(this.live.map.getContainer()));
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
