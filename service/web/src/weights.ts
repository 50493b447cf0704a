/** Weights: a slider beside each number, so that map and table follow while it moves. */
/** Wait this long after a move: a slider passes many values on its way. */
const REST_MS = 120;

/** Put a slider beside a field with a number; both always say the same. */
export function startWeight(field: HTMLInputElement): void {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "schuif";
  for (const name of ["min", "max", "step", "value"] as const) slider[name] = field[name];
  slider.setAttribute("aria-label", field.dataset["schuif"] ?? "");
  field.before(slider);
  let waiting = 0;
  slider.addEventListener("input", () => {
    field.value = slider.value;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => field.dispatchEvent(new Event("change", { bubbles: true })), REST_MS);
  });
  // Its own change would ask the same a second time.
  slider.addEventListener("change", (event) => event.stopPropagation());
  field.addEventListener("input", () => {
    slider.value = field.value;
  });
}
