// Keys that lead through a table or a row of choices.

const STEPS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

export function limit(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

/** The key is the view's alone: the page does not scroll, the notebook hears nothing. */
export function keepHere(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** [down, right] for an arrow key, Home and End; null for any other key. One that leads somewhere stays in the view. */
export function stepOf(event) {
  const step = STEPS[event.key];
  if (!step) return null;
  keepHere(event);
  return step;
}

/**
 * The cell [row, column] of a table to which a key leads from another, or null.
 *
 * @param {number[]} from
 */
export function cellAfter(event, from, rows, columns) {
  const [row, column] = from;
  const step = stepOf(event);
  return step && [limit(row + step[0], 0, rows - 1), limit(column + step[1], 0, columns - 1)];
}

/** The position in a row of choices to which a key leads from another, or null. */
export function positionAfter(event, position, count) {
  const step = stepOf(event);
  return step && limit(position + step[0] + step[1], 0, count - 1);
}
