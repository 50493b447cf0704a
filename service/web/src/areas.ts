/** Areas: outlines with their colours, names, tooltips, and a way through them by keyboard. */
import type { Feature, FeatureCollection } from "geojson";
import L from "leaflet";
import { type Area, fetchJson, type Fill, type MapData } from "./data";
import { fillOf } from "./patterns";
import { NameLayer } from "./names";
import type { PointLayer } from "./points";
import { text } from "./texts";

type Shape = L.Polygon & { feature: Feature };

const PLAIN: L.PathOptions = { fillColor: "#fbfaf6", fillOpacity: 0.85, color: "#4b5a60", weight: 1.4 };
const UNDER_HEAT: L.PathOptions = { fillColor: "#ffffff", fillOpacity: 0.01, color: "#56616a", weight: 1 };
const CHOSEN: L.PathOptions = { fillColor: "#bfe3da", fillOpacity: 0.9, color: "#0b4f5c", weight: 3 };
const AROUND: L.PathOptions = { fillColor: "#fbfaf6", fillOpacity: 0.6, color: "#8b969a", weight: 1 };

/** Who wants to know which area is pointed at, and which is chosen. */
export interface Pointing {
  pointed: (code: string | null) => void;
  toggled: (code: string) => void;
}

/** The areas of one level; showing other values on the same level keeps the outlines. */
export class AreaLayer {
  private group: L.GeoJSON | null = null;
  private names: NameLayer | null = null;
  private circles: PointLayer | null = null;
  private address = "";
  private data: MapData | null = null;
  private pointing: Pointing | null = null;
  private chosen: ReadonlySet<string> = new Set();
  private pointedAt: string | null = null;

  constructor(private readonly map: L.Map) {}

  async show(data: MapData): Promise<void> {
    this.data = data;
    const address = data.lagen[data.niveau] ?? "";
    if (address !== this.address) await this.load(address);
    const shapes = this.shapes();
    shapes.forEach((shape, i) => this.dress(shape, i === 0));
    shapes.find((shape) => shape.feature.id === data.gekozen)?.bringToFront();
    this.names?.remove();
    this.names = data.namen ? new NameLayer(this.map, this.named(shapes)) : null;
  }

  /** Give areas that are drawn already another class and other lines. */
  recolour(areas: Record<string, Pick<Area, "klasse" | "regels">>, classes: Record<string, Fill>): void {
    if (!this.data) return;
    const others = this.data.klassen !== classes;
    this.data.klassen = classes;
    for (const shape of (this.group?.getLayers() ?? []) as Shape[]) {
      const area = this.area(shape);
      const fresh = areas[String(shape.feature.id)];
      if (!area || !fresh) continue;
      const moved = others || fresh.klasse !== area.klasse;
      Object.assign(area, fresh);
      if (moved) shape.setStyle(this.style(shape));
      shape.getElement()?.setAttribute("aria-label", [area.naam, ...area.regels].join(", "));
    }
  }

  /** Tell which area is pointed at, and let Space choose the one with the focus. */
  brush(pointing: Pointing): void {
    this.pointing = pointing;
  }

  /** Show one area as pointed at elsewhere. */
  mark(code: string | null): void {
    if (code === this.pointedAt) return;
    const before = this.pointedAt;
    this.pointedAt = code;
    for (const shape of (this.group?.getLayers() ?? []) as Shape[]) {
      const own = String(shape.feature.id);
      if (own === before) shape.setStyle(this.style(shape));
      if (own === code) this.lift(shape);
    }
  }

  /** Show these areas as chosen. */
  select(codes: ReadonlySet<string>): void {
    if (codes.size === this.chosen.size && [...codes].every((code) => this.chosen.has(code))) return;
    this.chosen = new Set(codes);
    for (const shape of (this.group?.getLayers() ?? []) as Shape[]) {
      shape.setStyle(this.style(shape));
      if (this.chosen.has(String(shape.feature.id)) && document.activeElement !== shape.getElement()) shape.bringToFront();
    }
  }

  /** Let names stand beside circles, and a click on a circle be for the circle. */
  giveWayTo(circles: PointLayer): void {
    this.circles = circles;
    this.names?.standBeside(circles.circles);
  }

  private async load(address: string): Promise<void> {
    const outlines = address ? await fetchJson<FeatureCollection>(address) : null;
    this.address = address;
    this.group?.remove();
    this.group = L.geoJSON(outlines ?? undefined, { style: PLAIN }).addTo(this.map);
    for (const shape of this.shapes()) this.listen(shape);
  }

  /** The shapes by name: the order in which the arrow keys go. */
  private shapes(): Shape[] {
    const all = (this.group?.getLayers() ?? []) as Shape[];
    return all.sort((a, b) => (this.area(a)?.naam ?? "").localeCompare(this.area(b)?.naam ?? "", "nl"));
  }

  private named(shapes: Shape[]): { shape: Shape; name: string }[] {
    return shapes.flatMap((shape) => {
      const name = this.area(shape)?.naam;
      return name ? [{ shape, name }] : [];
    });
  }

  private area(shape: Shape): Area | undefined {
    return this.data?.vlakken[String(shape.feature.id)];
  }

  private dress(shape: Shape, first: boolean): void {
    const area = this.area(shape);
    shape.setStyle(this.style(shape));
    shape.unbindTooltip();
    shape.closePopup();
    shape.unbindPopup();
    const path = shape.getElement();
    if (!area || !path) return;
    path.setAttribute("role", "link");
    path.setAttribute("tabindex", first ? "0" : "-1");
    path.setAttribute("aria-label", [area.naam, ...area.regels].join(", "));
    shape.bindTooltip(() => said(area), { sticky: true, className: "kaarttip" });
    if (!this.data?.opent) shape.bindPopup(() => withLink(area), { className: "kaarttip" });
  }

  private style(shape: Shape): L.PathOptions {
    const own = this.plainStyle(shape);
    return this.chosen.has(String(shape.feature.id)) ? { ...own, color: "#1c2326", weight: 4 } : own;
  }

  private plainStyle(shape: Shape): L.PathOptions {
    const data = this.data;
    if (!data) return PLAIN;
    if (data.warmte) return UNDER_HEAT;
    if (data.klassen) return coloured(data.klassen[String(this.area(shape)?.klasse ?? -1)]);
    if (data.gekozen) return shape.feature.id === data.gekozen ? CHOSEN : AROUND;
    return PLAIN;
  }

  private listen(shape: Shape): void {
    const path = shape.getElement() as SVGElement | undefined;
    const code = String(shape.feature.id);
    shape.on("mouseover", () => {
      this.lift(shape);
      this.pointing?.pointed(code);
    });
    shape.on("mouseout", () => {
      shape.setStyle(this.style(shape));
      this.pointing?.pointed(null);
    });
    shape.on("click", ({ layerPoint }: L.LeafletMouseEvent) => {
      if (this.data?.opent && !this.circles?.at(layerPoint)) this.open(shape);
    });
    path?.addEventListener("focus", () => this.focused(shape));
    path?.addEventListener("blur", () => {
      shape.setStyle(this.style(shape));
      shape.closeTooltip();
    });
    path?.addEventListener("keydown", (event) => this.pressed(shape, event));
  }

  private lift(shape: Shape): void {
    shape.setStyle({ weight: 4, color: "#1c2326" });
    // The one with the focus is moved by nobody: moving an element takes its focus away.
    if (document.activeElement !== shape.getElement()) shape.bringToFront();
  }

  private focused(shape: Shape): void {
    shape.setStyle({ weight: 5, color: "#1c2326" });
    shape.openTooltip(shape.getBounds().getCenter());
    this.pointing?.pointed(String(shape.feature.id));
  }

  private pressed(shape: Shape, event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") this.open(shape);
    else if (event.key === " " && this.pointing) this.pointing.toggled(String(shape.feature.id));
    else if (step) this.move(shape, step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(from: Shape, step: number): void {
    const shapes = this.shapes().filter((shape) => this.area(shape));
    const next = shapes[(shapes.indexOf(from) + step + shapes.length) % shapes.length];
    from.getElement()?.setAttribute("tabindex", "-1");
    const path = next?.getElement() as SVGElement | undefined;
    path?.setAttribute("tabindex", "0");
    path?.focus();
  }

  private open(shape: Shape): void {
    const area = this.area(shape);
    if (area) window.location.assign(area.url);
  }
}

function coloured(fill: Fill | undefined): L.PathOptions {
  if (!fill) return PLAIN;
  return { fillColor: fillOf(fill), fillOpacity: 1, color: fill.lijn, weight: 1 };
}

/** The lines of an area as text nodes: names come from data and are never HTML. */
function said(area: Area): HTMLElement {
  const box = document.createElement("div");
  for (const [i, line] of [area.naam, ...area.regels].entries()) {
    const part = document.createElement(i === 0 ? "strong" : "span");
    part.textContent = line;
    box.append(part);
  }
  return box;
}

function withLink(area: Area): HTMLElement {
  const box = said(area);
  const link = document.createElement("a");
  link.href = area.url;
  link.textContent = text("naar_pagina", { naam: area.naam });
  box.append(link);
  return box;
}
