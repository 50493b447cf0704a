/** The search box: what it may become, while somebody types. The form works without this. */
import { fetchJson } from "./data";

interface Found {
  adressen: { weergave: string }[];
}

const PAUSE_MS = 180;
const FEWEST_LETTERS = 2;

/** Fill the list under the field with addresses that start with what was typed. */
export function startSearch(field: HTMLInputElement): void {
  const list = document.getElementById(field.getAttribute("list") ?? "");
  let pause = 0;
  let asking: AbortController | null = null;
  field.addEventListener("input", () => {
    window.clearTimeout(pause);
    asking?.abort();
    if (!list || field.value.trim().length < FEWEST_LETTERS) return;
    pause = window.setTimeout(() => {
      asking = new AbortController();
      void suggest(field, asking.signal).then((names) => list.replaceChildren(...names.map(option)));
    }, PAUSE_MS);
  });
}

async function suggest(field: HTMLInputElement, signal: AbortSignal): Promise<string[]> {
  const asked = new URLSearchParams({ gemeente: field.dataset["zoek"] ?? "", zoek: field.value.trim() });
  try {
    const found = await fetchJson<Found>(`/api/v1/adressen?${asked}`, signal);
    return found.adressen.map((one) => one.weergave);
  } catch {
    return [];
  }
}

function option(name: string): HTMLOptionElement {
  const made = document.createElement("option");
  made.value = name;
  return made;
}
