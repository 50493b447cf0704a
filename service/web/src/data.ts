/** The data of a map as the page carries it (service/analysis/live_map.py). */

export interface Fill {
  kleur: string;
  lijn: string;
  patroon: "strepen" | "stippen" | null;
  patroonKleur: string | null;
}

export interface Area {
  naam: string;
  url: string;
  klasse: number | null;
  regels: string[];
}

export interface Plan {
  lon: number;
  lat: number;
  titel: string;
  status: string;
  voorbeeldgegevens: boolean;
}

/** The points of a map: meldingen by the address of their first page, and initiatieven as they are. */
export interface PointSource {
  url: string | null;
  buurten: string[];
  plannen: Plan[];
}

export interface MapData {
  niveau: string;
  lagen: Record<string, string>;
  kader: [number, number, number, number];
  vlakken: Record<string, Area>;
  klassen: Record<string, Fill> | null;
  namen: boolean;
  gekozen: string | null;
  opent: boolean;
  punten: PointSource | null;
  plek: [number, number] | null;
  warmte: string | null;
  naamsvermelding: string[];
  beeld?: { lon: number; lat: number; zoom: number };
}

/** Read the data that stand in the page right after the map. */
export function mapData(box: Element): MapData {
  const script = box.parentElement?.querySelector("[data-kaart-gegevens]");
  return JSON.parse(script?.textContent ?? "null") as MapData;
}

/** Fetch JSON from this service; a refusal is an error. */
export async function fetchJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, signal ? { signal } : {});
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return (await answer.json()) as T;
}
