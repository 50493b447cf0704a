/** A live map: background, areas, heat and points, from the data in the page. */
import L from "leaflet";
import { AreaLayer } from "./areas";
import { addBackground } from "./background";
import { type MapData, mapData } from "./data";
import { HeatLayer } from "./heat";
import { showPoints } from "./points";
import { markSpot } from "./spot";
import { text } from "./texts";

export interface LiveMap {
  map: L.Map;
  /** Done when the first drawing is, also when it failed. */
  drawn: Promise<void>;
  show: (data: MapData) => Promise<void>;
  recolour: AreaLayer["recolour"];
  brush: AreaLayer["brush"];
  mark: AreaLayer["mark"];
  select: AreaLayer["select"];
}

/** Draw the map in a box; when a layer cannot be had, the box says so and the rest of the page works on. */
export function startMap(box: HTMLElement): LiveMap {
  const data = mapData(box);
  const map = emptyMap(box, data);
  const areas = new AreaLayer(map);
  const heat = new HeatLayer(map);
  const show = async (next: MapData): Promise<void> => {
    heat.show(next.warmte);
    credit(map, next.naamsvermelding);
    await areas.show(next);
  };
  const drawn = draw(map, data, areas, show).catch(() => fail(box));
  return {
    map,
    drawn,
    show,
    recolour: areas.recolour.bind(areas),
    brush: areas.brush.bind(areas),
    mark: areas.mark.bind(areas),
    select: areas.select.bind(areas),
  };
}

async function draw(
  map: L.Map,
  data: MapData,
  areas: AreaLayer,
  show: (data: MapData) => Promise<void>,
): Promise<void> {
  await Promise.all([show(data), addBackground(map, data.lagen)]);
  if (data.plek) markSpot(map, data.plek);
  if (data.punten) {
    await showPoints(map, data.punten, (circles) => {
      areas.giveWayTo(circles);
      map.getContainer().dataset["punten"] = String(circles.size);
    });
  }
  map.getContainer().dataset["klaar"] = "ja";
}

function emptyMap(box: HTMLElement, data: MapData): L.Map {
  const map = L.map(box, {
    zoomControl: false,
    attributionControl: false,
    scrollWheelZoom: false,
    zoomSnap: 0.25,
    minZoom: 9,
    maxZoom: 18,
  });
  panes(map);
  L.control.zoom({ zoomInTitle: text("inzoomen"), zoomOutTitle: text("uitzoomen") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  L.control.attribution({ prefix: false }).addTo(map);
  wheelWhenBusy(map);
  const bounds = boundsOf(data.kader);
  if (data.beeld) map.setView([data.beeld.lat, data.beeld.lon], data.beeld.zoom);
  else map.fitBounds(bounds, { padding: [8, 8] });
  map.setMaxBounds(bounds.pad(data.gekozen ? 6 : 1.2));
  map.on("popupopen", ({ popup }) => {
    popup.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", text("sluiten"));
  });
  return map;
}

/** Panes from below to above: background, heat, areas (Leaflet's own, 400), railways, names. */
function panes(map: L.Map): void {
  const order = { achtergrond: 300, warmte: 350, spoor: 410, punten: 420, namen: 450 };
  for (const [name, height] of Object.entries(order)) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(height);
    if (name !== "warmte") pane.style.pointerEvents = "none";
  }
}

/** The wheel scrolls the page, until the reader has clicked in the map. */
function wheelWhenBusy(map: L.Map): void {
  map.on("click focus", () => map.scrollWheelZoom.enable());
  map.on("mouseout blur", () => map.scrollWheelZoom.disable());
}

function credit(map: L.Map, lines: string[]): void {
  const control = map.attributionControl.getContainer();
  if (control) control.textContent = lines.join(" | ");
}

function boundsOf([west, south, east, north]: MapData["kader"]): L.LatLngBounds {
  return L.latLngBounds([south, west], [north, east]);
}

function fail(box: HTMLElement): void {
  const note = document.createElement("p");
  note.className = "kaartfout";
  note.setAttribute("role", "status");
  note.textContent = text("kaart_fout");
  box.append(note);
}
