/** Patterns over colours, so that "no data" and "too small" do not depend on colour alone. */
import type { Fill } from "./data";

const SVG = "http://www.w3.org/2000/svg";

/** The fill of a class: its colour, or the pattern that this puts in the page once. */
export function fillOf(style: Fill): string {
  if (!style.patroon) return style.kleur;
  // Two classes of a map may have the same pattern in other colours.
  const id = ["patroon", style.patroon, style.kleur, style.patroonKleur ?? ""].join("-").replace(/[^\w-]/g, "");
  if (!document.getElementById(id)) document.body.append(sheet(id, style));
  return `url(#${id})`;
}

/** A sample of a fill for a legend. */
export function stamp(style: Fill): SVGSVGElement {
  const svg = element("svg", { class: "staal", width: "30", height: "20", "aria-hidden": "true", focusable: "false" });
  const [fill, stroke] = [fillOf(style), style.lijn];
  svg.append(element("rect", { x: "1", y: "1", width: "28", height: "18", fill, stroke }));
  return svg as SVGSVGElement;
}

function sheet(id: string, style: Fill): SVGSVGElement {
  const svg = element("svg", { class: "patronen", width: "0", height: "0", "aria-hidden": "true", focusable: "false" });
  const pattern = element("pattern", { id, width: "8", height: "8", patternUnits: "userSpaceOnUse" });
  const ink = style.patroonKleur ?? "#555555";
  pattern.append(element("rect", { width: "8", height: "8", fill: style.kleur }));
  pattern.append(
    style.patroon === "strepen"
      ? element("path", { d: "M-2 2 2-2M0 8 8 0M6 10 10 6", stroke: ink, "stroke-width": "1.3" })
      : element("circle", { cx: "4", cy: "4", r: "1.3", fill: ink }),
  );
  svg.append(pattern);
  return svg as SVGSVGElement;
}

function element(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
