/** Picking where it is: on the map or by the place of the device, both only when asked. */
import L from "leaflet";
import { fetchJson } from "./data";
import { startMap } from "./map";
import { markSpot } from "./spot";
import { text } from "./texts";

interface Near {
  adressen: { weergave: string; afstandM: number | null }[];
}
interface Around {
  gemeente: string | null;
  buurtNaam: string | null;
}

// From this far a house says nothing about a place any more (service/analysis/melding_places.py).
const NEARBY_M = 75;
const CLOSE_ZOOM = 17;
const PATIENCE_MS = 15_000;

/** Make the buttons of the box work; they come out of hiding only here, where scripts run. */
export function startPlace(box: HTMLElement): void {
  new PlacePicker(box).start();
}

class PlacePicker {
  private readonly field: HTMLInputElement | null;
  private map: L.Map | null = null;
  private star: L.Marker | null = null;
  private asked = 0;

  constructor(private readonly box: HTMLElement) {
    this.field = box.closest("form")?.querySelector<HTMLInputElement>("input[name=punt]") ?? null;
  }

  start(): void {
    this.box.hidden = false;
    this.on("kaart", () => this.open());
    this.on("hier", () => this.locate());
    this.on("midden", () => this.map && void this.pick(this.map.getCenter()));
    this.on("weg", () => this.clear());
    const kept = this.field?.value.split(",").map(Number) ?? [];
    const [lon, lat] = kept;
    if (lon && lat) void this.pick(L.latLng(lat, lon));
  }

  private part(name: string): HTMLElement | null {
    return this.box.querySelector<HTMLElement>(`[data-plek-${name}]`);
  }

  private on(name: string, act: () => void): void {
    this.part(name)?.addEventListener("click", act);
  }

  private say(words: string): void {
    const told = this.part("stand");
    if (told) told.textContent = words;
  }

  private open(): void {
    const around = this.part("vak");
    const drawn = this.box.querySelector<HTMLElement>("[data-kieskaart]");
    if (!around || !drawn) return;
    around.hidden = false;
    this.part("kaart")?.setAttribute("aria-expanded", "true");
    if (!this.map) {
      this.map = startMap(drawn).map;
      this.map.on("click", ({ latlng }: L.LeafletMouseEvent) => void this.pick(latlng));
      this.show();
    }
    drawn.focus();
  }

  private locate(): void {
    if (!("geolocation" in navigator)) return this.say(text("plek_niet_gevonden"));
    this.say(text("plek_zoekt"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => void this.pick(L.latLng(coords.latitude, coords.longitude)),
      () => this.say(text("plek_niet_gevonden")),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 },
    );
  }

  private async pick(at: L.LatLng): Promise<void> {
    if (!this.field) return;
    const mine = ++this.asked;
    const point = `${at.lng.toFixed(6)},${at.lat.toFixed(6)}`;
    const [words, ours] = await this.words(at);
    // Somebody who picks again before the answer came means the later place.
    if (mine !== this.asked) return;
    this.field.value = ours ? point : "";
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.say(words);
    const undo = this.part("weg");
    if (undo) undo.hidden = !ours;
    this.show();
  }

  private clear(): void {
    this.asked += 1;
    if (this.field) this.field.value = "";
    this.field?.dispatchEvent(new Event("change", { bubbles: true }));
    this.say(text("plek_weg"));
    this.part("kaart")?.focus();
    const undo = this.part("weg");
    if (undo) undo.hidden = true;
    this.show();
  }

  /** What this point is called, and whether it lies in the gemeente of the form. */
  private async words(at: L.LatLng): Promise<[string, boolean]> {
    const query = new URLSearchParams({ lon: String(at.lng), lat: String(at.lat) });
    try {
      const around = await fetchJson<Around>(`/api/v1/plek?${query}`);
      if (around.gemeente !== this.box.dataset["plekkeuze"]) return [text("plek_buiten"), false];
      const [beside] = (await fetchJson<Near>(`/api/v1/adressen/_bij?${query}`)).adressen;
      if (!beside || (beside.afstandM ?? Infinity) > NEARBY_M) {
        return [text("plek_buurt", { buurt: around.buurtNaam ?? "" }), true];
      }
      return [text("plek_adres", { adres: beside.weergave }), true];
    } catch {
      return [text("plek_onbekend"), true];
    }
  }

  private show(): void {
    this.star?.remove();
    this.star = null;
    const [lon, lat] = this.field?.value.split(",").map(Number) ?? [];
    if (!this.map || !lon || !lat) return;
    this.star = markSpot(this.map, [lon, lat]);
    this.map.setView([lat, lon], Math.max(this.map.getZoom(), CLOSE_ZOOM));
  }
}
