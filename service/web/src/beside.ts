/** Beside: the second map of the analysis, which looks where the first one looks. */
import type L from "leaflet";
import { type LiveMap, startMap } from "./map";

/** The second map as the page has it now; none when the reader chose none. */
export class Beside {
  live: LiveMap | null = null;

  constructor(private readonly first: LiveMap) {
    this.refresh();
  }

  /** Take the map that a change of the page has put in place. */
  refresh(): void {
    this.live?.map.remove();
    const box = document.querySelector<HTMLElement>("[data-wissel=tweede] [data-kaart]");
    document.querySelector("[data-analyse]")?.classList.toggle("analyse--twee", box !== null);
    this.first.map.invalidateSize({ pan: false });
    this.live = box && startMap(box);
    if (this.live) together(this.first.map, this.live.map);
  }
}

/** Let each of two maps follow the other. */
function together(one: L.Map, other: L.Map): void {
  let following = false;
  const follow = (from: L.Map, to: L.Map) => (): void => {
    if (following || !to.getContainer().isConnected) return;
    following = true;
    to.setView(from.getCenter(), from.getZoom(), { animate: false });
    following = false;
  };
  follow(one, other)();
  one.on("move", follow(one, other));
  other.on("move", follow(other, one));
  other.on("unload", () => one.off("move"));
}
