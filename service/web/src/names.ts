/** Names: the name of an area in its middle, where it fits. */
import L from "leaflet";

const LETTER_PX = 7;
const LINE_PX = 16;
// CBS numbers wijken; on a small map the name says enough.
const NUMBERED = /^Wijk \d+ /;

// Where a name may move to when something is in its way, in pixels; near comes first.
const SIDE = [0, -14, 14, -28, 28];
const UP = [0, -8, 8, -16, 16, -24, 24, -32, 32, -40, 40, -48, 48];
const PLACES = SIDE.flatMap((x) => UP.map((y) => L.point(x, y))).sort((a, b) => a.distanceTo([0, 0]) - b.distanceTo([0, 0]));
// So far a name may lie over the rim of a circle: its number stays free.
const RIM_PX = 4;

interface Label {
  shape: L.Polygon;
  name: string;
  marker: L.Marker;
  box: HTMLElement;
}

interface Circle {
  point: L.Point;
  radius: number;
}

/** The names of areas; which ones show is looked at again after every zoom. */
export class NameLayer {
  private readonly group: L.LayerGroup;
  private readonly labels: Label[];

  constructor(
    private readonly map: L.Map,
    named: { shape: L.Polygon; name: string }[],
  ) {
    this.group = L.layerGroup().addTo(map);
    this.labels = named.map(({ shape, name }) => label(shape, name.replace(NUMBERED, "")));
    this.refresh();
    map.on("zoomend resize", this.refresh, this);
  }

  remove(): void {
    this.map.off("zoomend resize", this.refresh, this);
    this.group.remove();
  }

  /** Move each name to the nearest free place; a name that would cover a circle or another name is left out. */
  standBeside(circles: readonly Circle[]): void {
    const taken: L.Bounds[] = [];
    for (const { marker, box } of this.labels) {
      if (!this.group.hasLayer(marker)) continue;
      const middle = this.map.latLngToLayerPoint(marker.getLatLng());
      const half = L.point(box.offsetWidth / 2, box.offsetHeight / 2);
      const free = PLACES.find((step) => isFree(middle.add(step), half, circles, taken));
      box.style.visibility = free ? "visible" : "hidden";
      if (!free) continue;
      box.style.margin = `${free.y}px 0 0 ${free.x}px`;
      taken.push(around(middle.add(free), half));
    }
  }

  private refresh(): void {
    for (const { shape, name, marker } of this.labels) {
      if (fits(this.map, shape, name)) this.group.addLayer(marker);
      else this.group.removeLayer(marker);
    }
  }
}

/** Whether a box around a middle touches no circle and no box. */
function isFree(middle: L.Point, half: L.Point, circles: readonly Circle[], taken: readonly L.Bounds[]): boolean {
  const box = around(middle, half);
  if (taken.some((other) => other.overlaps(box))) return false;
  return !circles.some(({ point, radius }) => {
    const off = point.subtract(middle);
    return Math.abs(off.x) < half.x + radius - RIM_PX && Math.abs(off.y) < half.y + radius - RIM_PX;
  });
}

function around(middle: L.Point, half: L.Point): L.Bounds {
  return L.bounds(middle.subtract(half), middle.add(half));
}

function label(shape: L.Polygon, name: string): Label {
  const box = document.createElement("span");
  box.textContent = name;
  const icon = L.divIcon({ html: box, className: "wijknaam", iconSize: [0, 0] });
  const marker = L.marker(middle(shape), { icon, interactive: false, keyboard: false, pane: "namen" });
  return { shape, name, marker, box };
}

/** The middle of the largest part of an area. */
function middle(shape: L.Polygon): L.LatLng {
  const rings = outerRings(shape.getLatLngs() as L.LatLng[][] | L.LatLng[][][]);
  const boxes = rings.map((ring) => L.latLngBounds(ring));
  const size = (box: L.LatLngBounds): number => (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
  const largest = boxes.reduce((a, b) => (size(b) > size(a) ? b : a));
  return centroid(rings[boxes.indexOf(largest)] as L.LatLng[]);
}

function outerRings(parts: L.LatLng[][] | L.LatLng[][][]): L.LatLng[][] {
  return parts.map((part) => (Array.isArray(part[0]) ? part[0] : part) as L.LatLng[]);
}

function centroid(ring: L.LatLng[]): L.LatLng {
  let [area, lat, lng] = [0, 0, 0];
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length] as L.LatLng;
    const cross = a.lng * b.lat - b.lng * a.lat;
    area += cross;
    lat += (a.lat + b.lat) * cross;
    lng += (a.lng + b.lng) * cross;
  });
  return L.latLng(lat / (3 * area), lng / (3 * area));
}

function fits(map: L.Map, shape: L.Polygon, name: string): boolean {
  const box = shape.getBounds();
  const low = map.latLngToLayerPoint(box.getSouthWest());
  const high = map.latLngToLayerPoint(box.getNorthEast());
  const words = name.split(/[ -]/);
  const longest = Math.max(...words.map((word) => word.length));
  return Math.abs(high.x - low.x) > longest * LETTER_PX && Math.abs(high.y - low.y) > words.length * LINE_PX;
}
