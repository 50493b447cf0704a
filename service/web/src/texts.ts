/** Texts of the interface, from the catalogue that the page carries. */

const WHOLE = new Intl.NumberFormat("nl-NL");
let known: Record<string, string> | null = null;

/** The text of a key with its {names} filled in. */
export function text(key: string, values: Record<string, string | number> = {}): string {
  known ??= JSON.parse(document.getElementById("teksten")?.textContent ?? "{}") as Record<string, string>;
  const found = known[key];
  if (found === undefined) throw new Error(`no text ${key}`);
  return found.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** A whole number as Dutch text. */
export function count(n: number): string {
  return WHOLE.format(n);
}

/** A day (jjjj-mm-dd) as Dutch text. */
export function day(iso: string): string {
  const moment = new Date(`${iso}T12:00:00`);
  return moment.toLocaleDateString("nl-NL", { day: "numeric", month: "long", year: "numeric" });
}
