/** What every page starts with: its styles, its maps, the search box and the filters of the analysis. */
import "./main.css";
import { startAnalysis } from "./analysis";
import { startChallenge } from "./challenge";
import { startCovering } from "./cover";
import { forgetDraft, startDraft } from "./draft";
import { startMap } from "./map";
import { startPlace } from "./place";
import { startSearch } from "./search";
import { startWeight } from "./weights";

document.documentElement.classList.add("js");
const here = document.querySelector<HTMLElement>(".menu__link[aria-current]");
const menu = here?.closest("ul");
if (here && menu) menu.scrollLeft = here.getBoundingClientRect().left - menu.getBoundingClientRect().left - 40;
for (const box of document.querySelectorAll<HTMLElement>("[data-kaart]")) {
  // The second map of the analysis is started beside the first.
  if (box.closest("[data-wissel=tweede]")) continue;
  const live = startMap(box);
  const form = document.querySelector<HTMLFormElement>("[data-filters]");
  if (form) startAnalysis(form, live);
  const drawn = box.closest<HTMLElement>("[data-teken]");
  if (drawn) void import("./drawing").then(({ startDrawing }) => startDrawing(drawn, live));
}
for (const box of document.querySelectorAll<HTMLElement>("[data-verloop]")) {
  void import("./change").then(({ startChange }) => startChange(box));
}
for (const field of document.querySelectorAll<HTMLInputElement>("[data-zoek]")) startSearch(field);
for (const box of document.querySelectorAll<HTMLElement>("[data-uitdaging]")) startChallenge(box);
for (const box of document.querySelectorAll<HTMLElement>("[data-plekkeuze]")) startPlace(box);
for (const box of document.querySelectorAll<HTMLElement>("[data-afdek]")) startCovering(box);
for (const field of document.querySelectorAll<HTMLInputElement>("[data-schuif]")) startWeight(field);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-concept]")) startDraft(form);
if (document.querySelector("[data-verstuurd]")) forgetDraft();
for (const button of document.querySelectorAll<HTMLElement>("[data-druk-af]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
