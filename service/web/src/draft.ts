/** A melding that is not sent yet: kept on this device for a day, without contact data and photos. */
import { text } from "./texts";

interface Draft {
  at: number;
  values: Record<string, string>;
}

const NAME = "wijkbeeld.melding";
const DAY_MS = 24 * 3_600_000;
const PATIENCE_MS = 8_000;
// Others may use the same device: how to reach somebody is never kept, nor are photos.
const KEPT = ["gemeente", "sleutel", "tekst", "adres", "punt", "waar", "lijst"];

/** Keep a form while it is filled in, bring it back on its first page, and hold it without a connection. */
export function startDraft(form: HTMLFormElement): void {
  const told = form.querySelector<HTMLElement>("[data-concept-stand]");
  if (form.dataset["concept"] === "begin") restore(form, told);
  const keep = (): void => save(form);
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  if (form.dataset["concept"] === "controle") keep();
  window.addEventListener("online", () => told && told.textContent && (told.textContent = text("weer_verbonden")));
  holdWithoutConnection(form, told);
}

/** Forget the draft: the melding is stored. */
export function forgetDraft(): void {
  try {
    localStorage.removeItem(NAME);
  } catch {
    // A browser may forbid keeping anything: then there is nothing to forget.
  }
}

function restore(form: HTMLFormElement, told: HTMLElement | null): void {
  const values = read()?.values;
  const words = field(form, "tekst");
  if (!values || values["gemeente"] !== field(form, "gemeente")?.value || words?.value) return;
  if (!values["tekst"] && !values["adres"]) return;
  for (const name of ["sleutel", "tekst", "adres", "punt"]) {
    const one = field(form, name);
    if (one && values[name]) one.value = values[name];
  }
  if (told) told.textContent = text("concept_terug");
  const anew = form.querySelector<HTMLElement>("[data-concept-weg]");
  if (!anew) return;
  anew.hidden = false;
  anew.addEventListener("click", () => {
    forgetDraft();
    window.location.assign(`/melden?${new URLSearchParams({ gemeente: values["gemeente"] ?? "" })}`);
  });
}

function save(form: HTMLFormElement): void {
  const found = KEPT.map((name): [string, string] => [name, field(form, name)?.value ?? ""]);
  const draft: Draft = { at: Date.now(), values: Object.fromEntries(found) };
  try {
    localStorage.setItem(NAME, JSON.stringify(draft));
  } catch {
    // Full or forbidden: the form works on without a draft.
  }
}

function read(): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(NAME) ?? "null") as Draft | null;
    if (draft && Date.now() - draft.at < DAY_MS) return draft;
  } catch {
    // Not ours, or forbidden.
  }
  forgetDraft();
  return null;
}

/** Ask whether the service can be reached before the page is left; without it the form stays as it is. */
function holdWithoutConnection(form: HTMLFormElement, told: HTMLElement | null): void {
  let reached = false;
  form.addEventListener("submit", (event) => {
    if (reached || event.defaultPrevented) {
      reached = false;
      return;
    }
    event.preventDefault();
    const submitter = event.submitter;
    save(form);
    void connected().then((yes) => {
      if (!yes) {
        if (told) told.textContent = text("geen_verbinding");
        return;
      }
      reached = true;
      form.requestSubmit(submitter);
    });
  });
}

async function connected(): Promise<boolean> {
  try {
    await fetch("/health", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return true;
  } catch {
    return false;
  }
}

function field(form: HTMLFormElement, name: string): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(`[name="${name}"]`);
}
