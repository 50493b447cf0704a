/** Points: meldingen and initiatieven on a canvas; those that lie close together are counted in one circle. */
import type { Feature, FeatureCollection, Point } from "geojson";
import L from "leaflet";
import { type Cluster, clusters, type Spot } from "./clusters";
import { fetchJson, type Plan, type PointSource } from "./data";
import { count, day, text } from "./texts";

interface Melding {
  id: string;
  soort: string;
  gemeldOp: string;
  status: string;
  buurt: string | null;
  voorbeeldgegevens: boolean;
}
type Record = { melding: Melding } | { plan: Plan };
type Meldingen = FeatureCollection<Point | null, Melding> & { aantal: number; pagina: number; paginaGrootte: number };

const MOST_PAGES = 3;
const INK = "#8c2f0f";
const PLAN_INK = "#1f6b3f";

/** Fetch the newest meldingen and draw them; a line in the page says when there are more.
 *
 * `drawn` is called after every time that they are drawn.
 */
export async function showPoints(
  map: L.Map,
  source: PointSource,
  drawn: (circles: PointLayer) => void,
): Promise<void> {
  const { spots, total } = source.url ? await newest(source.url, source.buurten) : { spots: [], total: 0 };
  if (spots.length < total && source.buurten.length === 0) tell(spots.length, total);
  const layer = new PointLayer([...spots, ...source.plannen.map(spotOfPlan)], drawn).addTo(map);
  map.on("click", (event) => layer.clicked(event.layerPoint));
}

async function newest(url: string, buurten: string[]): Promise<{ spots: Spot<Record>[]; total: number }> {
  const first = await fetchJson<Meldingen>(url);
  const pages = Math.min(MOST_PAGES, Math.ceil(first.aantal / first.paginaGrootte));
  const rest = Array.from({ length: Math.max(0, pages - 1) }, (_, i) =>
    fetchJson<Meldingen>(`${url}&pagina=${i + 2}`),
  );
  const features = [first, ...(await Promise.all(rest))].flatMap((page) => page.features);
  const inside = buurten.length ? new Set(buurten) : null;
  const kept = features.filter((one) => one.geometry && (!inside || inside.has(one.properties.buurt ?? "")));
  return { spots: kept.map(spotOf), total: first.aantal };
}

function spotOf(feature: Feature<Point | null, Melding>): Spot<Record> {
  const [lng, lat] = (feature.geometry as Point).coordinates as [number, number];
  return { at: L.latLng(lat, lng), what: { melding: feature.properties } };
}

function spotOfPlan(plan: Plan): Spot<Record> {
  return { at: L.latLng(plan.lat, plan.lon), what: { plan } };
}

function tell(shown: number, total: number): void {
  const note = document.querySelector("[data-punten-melding]");
  if (note) note.textContent = text("afgekapt", { n: count(shown), totaal: count(total) });
}

export class PointLayer extends L.Layer {
  private canvas: HTMLCanvasElement | null = null;
  private drawn: Cluster<Record>[] = [];

  constructor(
    private readonly spots: Spot<Record>[],
    private readonly tell: (circles: PointLayer) => void,
  ) {
    super();
  }

  /** How many records the layer holds, in view or not. */
  get size(): number {
    return this.spots.length;
  }

  /** The circles that are drawn now. */
  get circles(): readonly Cluster<unknown>[] {
    return this.drawn;
  }

  /** The circle at this place on the map. */
  at(place: L.Point): Cluster<Record> | undefined {
    return this.drawn.find((one) => one.point.distanceTo(place) <= Math.max(one.radius, 10));
  }

  override onAdd(map: L.Map): this {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "leaflet-zoom-hide";
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPane("punten")?.append(this.canvas);
    map.on("moveend zoomend resize", this.draw, this);
    this.draw();
    return this;
  }

  override onRemove(map: L.Map): this {
    map.off("moveend zoomend resize", this.draw, this);
    this.canvas?.remove();
    return this;
  }

  /** Zoom in on the circle that was clicked, or tell about the melding. */
  clicked(at: L.Point): void {
    const hit = this.at(at);
    if (!hit) return;
    const [only] = hit.members;
    if (hit.members.length === 1 && only) this.popup(only);
    else this._map.fitBounds(L.latLngBounds(hit.members.map((one) => one.at)).pad(0.3), { maxZoom: 18 });
  }

  private popup({ at, what }: Spot<Record>): void {
    const box = document.createElement("div");
    for (const [i, line] of said(what).entries()) {
      const part = document.createElement(i === 0 ? "strong" : "span");
      part.textContent = line;
      box.append(part);
    }
    if ("melding" in what) box.append(linkTo(what.melding));
    L.popup({ className: "kaarttip" }).setLatLng(at).setContent(box).openOn(this._map);
  }

  private draw(): void {
    const { canvas, _map: map } = this;
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return;
    const size = map.getSize();
    const corner = map.containerPointToLayerPoint([0, 0]);
    const sharp = window.devicePixelRatio || 1;
    canvas.width = size.x * sharp;
    canvas.height = size.y * sharp;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, corner);
    pen.setTransform(sharp, 0, 0, sharp, -corner.x * sharp, -corner.y * sharp);
    this.drawn = clusters(map, this.spots);
    for (const one of this.drawn) circle(pen, one);
    this.tell(this);
  }
}

/** What a record says of itself, its name first. */
function said(what: Record): string[] {
  const lines =
    "plan" in what
      ? [what.plan.titel, text("initiatief"), text("stand", { status: what.plan.status })]
      : [
          what.melding.soort,
          text("gemeld_op", { dag: day(what.melding.gemeldOp) }),
          text("stand", { status: what.melding.status }),
        ];
  const { voorbeeldgegevens } = "plan" in what ? what.plan : what.melding;
  return voorbeeldgegevens ? [...lines, text("voorbeeld")] : lines;
}

function linkTo(melding: Melding): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = `/meldingen/${melding.id}`;
  link.textContent = text("bekijk");
  return link;
}

function circle(pen: CanvasRenderingContext2D, { point, radius, members }: Cluster<Record>): void {
  const [only] = members;
  pen.beginPath();
  if (members.length === 1 && only && "plan" in only.what) {
    // A form of its own beside the colour, for who does not see the colour.
    pen.rect(point.x - radius, point.y - radius, 2 * radius, 2 * radius);
    pen.fillStyle = PLAN_INK;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = "#ffffff";
    pen.stroke();
    return;
  }
  pen.arc(point.x, point.y, radius, 0, 2 * Math.PI);
  pen.fillStyle = members.length === 1 ? INK : "#ffffff";
  pen.fill();
  pen.lineWidth = members.length === 1 ? 1.5 : 2;
  pen.strokeStyle = members.length === 1 ? "#ffffff" : INK;
  pen.stroke();
  if (members.length === 1) return;
  pen.fillStyle = INK;
  pen.font = "600 11.5px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(count(members.length), point.x, point.y + 0.5);
}
