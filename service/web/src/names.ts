/** Names: the name of an area in its middle, where it fits. */
import L from "leaflet";

const LETTER_PX = 7;
const LINE_PX = 16;
// CBS numbers wijken; on a small map the name says enough.
const NUMBERED = /^Wijk \d+ /;

/** Add the names; which ones show is looked at again after every zoom. */
export function addNames<Shape extends L.Polygon>(
  map: L.Map,
  shapes: Shape[],
  nameOf: (shape: Shape) => string,
): L.LayerGroup {
  const group = L.layerGroup().addTo(map);
  const labels = shapes.filter(nameOf).map((shape) => {
    const name = nameOf(shape).replace(NUMBERED, "");
    return { shape, name, label: label(shape, name) };
  });
  const refresh = (): void => {
    for (const { shape, name, label: shown } of labels) {
      if (fits(map, shape, name)) group.addLayer(shown);
      else group.removeLayer(shown);
    }
  };
  refresh();
  map.on("zoomend resize", refresh);
  group.on("remove", () => map.off("zoomend resize", refresh));
  return group;
}

function label(shape: L.Polygon, name: string): L.Marker {
  const box = document.createElement("span");
  box.textContent = name;
  const icon = L.divIcon({ html: box, className: "wijknaam", iconSize: [0, 0] });
  return L.marker(middle(shape), { icon, interactive: false, keyboard: false, pane: "namen" });
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
