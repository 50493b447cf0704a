/** Background: water, borders of gemeenten and railways, drawn as shapes; no tiles, no other host. */
import type { FeatureCollection } from "geojson";
import L from "leaflet";
import { fetchJson } from "./data";

const STYLES: Record<string, { pane: string; style: L.PathOptions }> = {
  water: { pane: "achtergrond", style: { fillColor: "#c6dbe6", fillOpacity: 1, stroke: false } },
  grens: { pane: "achtergrond", style: { color: "#b3aea3", weight: 1, dashArray: "1 4", fill: false } },
  spoor: { pane: "spoor", style: { color: "#77736c", weight: 1.2, fill: false } },
};

/** Add each background layer that the map has. */
export async function addBackground(map: L.Map, layers: Record<string, string>): Promise<void> {
  const known = Object.entries(STYLES).filter(([kind]) => layers[kind]);
  await Promise.all(
    known.map(async ([kind, { pane, style }]) => {
      const shapes = await fetchJson<FeatureCollection>(layers[kind] as string);
      const renderer = L.svg({ pane, padding: 0.5 });
      L.geoJSON(shapes, { pane, interactive: false, style: { ...style, renderer } as L.PathOptions }).addTo(map);
    }),
  );
}
