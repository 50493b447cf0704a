/** The challenge of a public form (service/challenge.py): solved while somebody reads, sent with the form. */
import { fetchJson } from "./data";
import type { Challenge } from "./solver";
import { text } from "./texts";

// The service takes nobody for a person who sends within two seconds.
const EARLIEST_MS = 2_300;
const LONGEST_WAIT_MS = 20_000;
// A page may stay open longer than a challenge is taken.
const FRESH_MS = 100 * 60_000;

/** Solve the challenge of the form around this box; who sends earlier waits a moment, and is told so. */
export function startChallenge(box: HTMLElement): void {
  const form = box.closest("form");
  const field = box.querySelector<HTMLInputElement>("input[name=altcha]");
  const told = box.querySelector<HTMLElement>("[data-uitdaging-stand]");
  if (!form || !field || !told) return;
  let waiting: Promise<unknown> | null = null;
  const renew = (): void => {
    field.value = "";
    const mine = solved(box.dataset["uitdaging"] ?? "").then((solution) => {
      if (waiting !== mine) return;
      field.value = solution ?? "";
      told.textContent = solution === null ? text("uitdaging_mislukt") : "";
      waiting = null;
    });
    waiting = mine;
  };
  form.addEventListener(
    "submit",
    (event) => {
      const submitter = event.submitter;
      // A button with an address of its own looks something up and stores nothing.
      if (!waiting || submitter?.hasAttribute("formaction")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      told.textContent = text("uitdaging_bezig");
      void Promise.race([waiting, pause(LONGEST_WAIT_MS)]).then(() => {
        waiting = null;
        form.requestSubmit(submitter);
      });
    },
    { capture: true },
  );
  // A solution counts once: who comes back to the page needs another.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) renew();
  });
  window.setInterval(renew, FRESH_MS);
  renew();
}

/** The solution as it is sent; null when there is none to be had. */
async function solved(url: string): Promise<string | null> {
  try {
    const asked = await fetchJson<Challenge>(url);
    const [number] = await Promise.all([work(asked), pause(EARLIEST_MS)]);
    if (number === null) return null;
    const { algorithm, challenge, salt, signature } = asked;
    return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  } catch {
    return null;
  }
}

function work(asked: Challenge): Promise<number | null> {
  const solver = new Worker(new URL("./solver.ts", import.meta.url), { type: "module" });
  return new Promise<number | null>((resolve, reject) => {
    solver.addEventListener("message", (event: MessageEvent<number | null>) => resolve(event.data));
    solver.addEventListener("error", reject);
    solver.postMessage(asked);
  }).finally(() => solver.terminate());
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, ms));
}
