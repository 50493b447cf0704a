/** Drawing an area: each click on the map adds a corner to the field with points, and the other way round. */
import L from "leaflet";
import type { LiveMap } from "./map";
import { text } from "./texts";

const PANE = "tekening";
const DRAWN: L.PathOptions = { color: "#8c2f0f", weight: 3, fillColor: "#8c2f0f", fillOpacity: 0.15, interactive: false, pane: PANE };
// As many as the service takes (geo/drawn_area.py).
const MOST_POINTS = 200;

/** Let corners be set on this map; the field of the form holds them. */
export function startDrawing(box: HTMLElement, live: LiveMap): void {
  const field = document.getElementById(box.dataset["teken"] ?? "");
  if (!(field instanceof HTMLTextAreaElement)) return;
  // Above the areas and below their names; clicks go through it.
  const pane = live.map.createPane(PANE);
  pane.style.zIndex = "440";
  pane.style.pointerEvents = "none";
  const shape = L.polygon(corners(field.value), DRAWN).addTo(live.map);
  const dots = L.layerGroup().addTo(live.map);
  const status = box.querySelector<HTMLElement>("[data-teken-stand]");

  const draw = (): void => {
    const points = corners(field.value);
    shape.setLatLngs(points);
    dots.clearLayers();
    for (const point of points) dots.addLayer(L.circleMarker(point, { ...DRAWN, radius: 5, fillOpacity: 1 }));
  };
  const write = (points: L.LatLng[]): void => {
    field.value = points.map(({ lat, lng }) => `${lat.toFixed(6)}, ${lng.toFixed(6)}`).join("\n");
    draw();
    if (status) status.textContent = text("teken_stand", { n: points.length });
  };
  const on = (name: string, act: () => void): void => {
    box.querySelector(`[data-teken-${name}]`)?.addEventListener("click", act);
  };

  box.querySelector("[data-teken-knoppen]")?.removeAttribute("hidden");
  on("terug", () => write(corners(field.value).slice(0, -1)));
  on("opnieuw", () => write([]));
  field.addEventListener("input", draw);
  live.map.on("click", ({ latlng }: L.LeafletMouseEvent) => {
    const points = corners(field.value);
    if (points.length < MOST_POINTS) write([...points, latlng]);
  });
  // A click is for a corner here, not for what an area says; and a tooltip would hide the corner.
  void live.drawn.then(() => live.map.eachLayer((layer) => layer.unbindPopup()));
  live.map.getPane("tooltipPane")?.setAttribute("hidden", "");
  draw();
  const before = shape.getBounds();
  if (before.isValid()) live.map.fitBounds(before, { padding: [40, 40], maxZoom: 15, animate: false });
}

/** The points of the field that can be read; what is wrong with the others is told by the service. */
function corners(written: string): L.LatLng[] {
  return written.split(/[;\n]/).flatMap((line) => {
    const [lat, lng, more] = line.split(/[,\s]+/).filter(Boolean).map(Number);
    return lat && lng && more === undefined ? [L.latLng(lat, lng)] : [];
  });
}
