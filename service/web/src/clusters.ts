/** Clusters: points that share a cell of the screen, as one circle with a number. */
import L from "leaflet";

export interface Spot<What> {
  at: L.LatLng;
  what: What;
}

export interface Cluster<What> {
  point: L.Point;
  radius: number;
  members: Spot<What>[];
}

const CELL_PX = 72;
const SINGLE_RADIUS_PX = 5;
const APART_FROM_ZOOM = 16;

/** The circles for what is now in view; from close by every point stands alone. */
export function clusters<What>(map: L.Map, spots: Spot<What>[]): Cluster<What>[] {
  const view = map.getBounds().pad(0.1);
  const cell = map.getZoom() >= APART_FROM_ZOOM ? 1 : CELL_PX;
  const cells = new Map<string, Spot<What>[]>();
  for (const spot of spots) {
    if (!view.contains(spot.at)) continue;
    // Cells lie fixed to the ground at each zoom, so that moving the map does not regroup them.
    const { x, y } = map.project(spot.at);
    const key = `${Math.floor(x / cell)}:${Math.floor(y / cell)}`;
    const inside = cells.get(key);
    if (inside) inside.push(spot);
    else cells.set(key, [spot]);
  }
  return [...cells.values()].map((members) => circleOf(map, members));
}

function circleOf<What>(map: L.Map, members: Spot<What>[]): Cluster<What> {
  const points = members.map((one) => map.latLngToLayerPoint(one.at));
  const sum = points.reduce((a, b) => a.add(b));
  const radius = members.length === 1 ? SINGLE_RADIUS_PX : Math.min(20, 8 + 1.6 * Math.log2(members.length));
  return { point: sum.divideBy(members.length), radius, members };
}
