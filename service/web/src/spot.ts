/** The spot that somebody searched for: a star on the map. */
import L from "leaflet";
import { text } from "./texts";

const STAR = "M12 1.5l3.2 6.9 7.3.9-5.4 5.1 1.5 7.4L12 18.1l-6.6 3.7 1.5-7.4L1.5 9.3l7.3-.9z";

/** Put a star at a point (longitude, latitude). */
export function markSpot(map: L.Map, [lon, lat]: [number, number]): L.Marker {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", STAR);
  svg.append(path);
  const box = document.createElement("div");
  box.append(svg);
  const icon = L.divIcon({ html: box, className: "ster", iconSize: [32, 32] });
  const marker = L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(map);
  marker.getElement()?.setAttribute("role", "img");
  marker.getElement()?.setAttribute("aria-label", text("gezocht"));
  return marker;
}
