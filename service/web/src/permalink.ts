/** The permalink: the address of a view, with where the map looks. */
import type L from "leaflet";

/** Keep the link in the page and the address of the window at where the map looks. */
export function followMap(map: L.Map): void {
  map.on("moveend", () => {
    const position = where(map);
    const link = document.querySelector<HTMLAnchorElement>("[data-permalink]");
    if (link) link.href = withPosition(link.href, position);
    window.history.replaceState(window.history.state, "", withPosition(window.location.href, position));
  });
}

/** Let the link that keeps a view keep what is in the address by then. */
export function offerKeeping(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("[data-bewaar]");
    if (link) link.href = withParts(link.href, { vraag: window.location.search.slice(1) });
  });
}

/** Let a button put the permalink on the clipboard. */
export function offerCopy(status: (words: string) => void, done: string): void {
  const button = document.querySelector<HTMLButtonElement>("[data-kopieer]");
  const link = document.querySelector<HTMLAnchorElement>("[data-permalink]");
  if (!button || !link || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(link.href).then(() => {
      button.textContent = done;
      status(done);
    });
  });
}

/** The position of a map as the address holds it. */
export function where(map: L.Map): Record<string, string> {
  const { lng, lat } = map.getCenter();
  return { midden: `${lng.toFixed(5)},${lat.toFixed(5)}`, zoom: String(map.getZoom()) };
}

/** An address with these parts of its query replaced. */
export function withPosition(address: string, position: Record<string, string>): string {
  const url = new URL(address, window.location.href);
  for (const [name, value] of Object.entries(position)) url.searchParams.set(name, value);
  return url.href;
}

/** An address with these parts in place of its own; an empty part is left out. */
export function withParts(address: string, parts: Record<string, string | readonly string[]>): string {
  const url = new URL(address, window.location.href);
  for (const [name, value] of Object.entries(parts)) {
    url.searchParams.delete(name);
    for (const one of typeof value === "string" ? [value] : value) if (one) url.searchParams.append(name, one);
  }
  return url.href;
}
