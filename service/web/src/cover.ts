/** Covering a photo: drag over the squares of the grid, and go through them with the arrow keys. */

type Square = HTMLInputElement;

/** Lets a grid of checkboxes be painted with a pointer; each of them works by itself as well. */
export function startCovering(grid: HTMLElement): void {
  const squares = [...grid.querySelectorAll<Square>("input")];
  const columns = Number(grid.dataset.kolommen);
  paint(grid, squares, columns);
  walk(grid, squares, columns);
}

/** Gives all squares between where a drag began and where it is the state that its first one gets. */
function paint(grid: HTMLElement, squares: Square[], columns: number): void {
  let from = -1;
  let before: boolean[] = [];
  let dragged = false;
  grid.addEventListener("pointerdown", (event) => {
    from = event.isPrimary ? squares.indexOf(event.target as Square) : -1;
    before = squares.map((one) => one.checked);
    dragged = false;
  });
  grid.addEventListener("pointermove", (event) => {
    if (from < 0 || !event.isPrimary) return;
    const to = squares.indexOf(document.elementFromPoint(event.clientX, event.clientY) as Square);
    if (to < 0 || (to === from && !dragged)) return;
    dragged = true;
    const within = between(from, to, columns);
    squares.forEach((one, at) => {
      one.checked = before[within(at) ? from : at] !== within(at);
    });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      from = -1;
    });
  }
  // A drag that ends where it began is a click too: what was painted stays.
  grid.addEventListener("click", (event) => {
    if (dragged && event.detail > 0) event.preventDefault();
    dragged = false;
  });
}

/** Tells whether a square lies in the rectangle of which two opposite corners are given. */
function between(from: number, to: number, columns: number): (at: number) => boolean {
  const inside = (at: number, one: number, other: number): boolean =>
    at >= Math.min(one, other) && at <= Math.max(one, other);
  const row = (at: number): number => Math.floor(at / columns);
  const column = (at: number): number => at % columns;
  return (at) => inside(row(at), row(from), row(to)) && inside(column(at), column(from), column(to));
}

/** Makes the grid one stop of the Tab key, with the arrow keys within it. */
function walk(grid: HTMLElement, squares: Square[], columns: number): void {
  const reach = (chosen?: Square): void => {
    for (const one of squares) one.tabIndex = one === chosen ? 0 : -1;
  };
  reach(squares[0]);
  grid.addEventListener("focusin", (event) => reach(event.target as Square));
  grid.addEventListener("keydown", (event) => {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
    };
    const at = squares.indexOf(event.target as Square);
    const step = steps[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const aside = Math.abs(step) === 1 && Math.floor(at / columns) !== Math.floor((at + step) / columns);
    const next = aside ? undefined : squares[at + step];
    next?.focus();
  });
}
