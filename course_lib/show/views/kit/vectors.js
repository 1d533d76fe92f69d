// The arithmetic of two arrows in the plane, as NumPy's in dot_product.py.

const TURN = 5; // degrees
const NEARLY = 1e-6; // so that an arrow at a multiple, but for rounding, goes on to the next one

/** Products, running sums and lengths of two arrows; angle and cosine are null where one of them has no direction. */
export function dotParts(a, b) {
  const products = a.map((number, axis) => number * b[axis]);
  const sums = [products[0], products[0] + products[1]];
  const lengths = [Math.hypot(...a), Math.hypot(...b)];
  const bothPoint = lengths[0] * lengths[1] > 0;
  return {
    products,
    sums,
    lengths,
    angle: bothPoint ? inDegrees(Math.atan2(Math.abs(area(a, b)), sums[1])) : null,
    cosine: bothPoint ? sums[1] / (lengths[0] * lengths[1]) : null,
  };
}

/** The area that two arrows span: positive if b is to the left of a. */
export function area(a, b) {
  return a[0] * b[1] - a[1] * b[0];
}

/** An arrow turned to the next multiples of 5 degrees; its length stays. */
export function turned([x, y], steps) {
  const angle = nextStep(inDegrees(Math.atan2(y, x)) / TURN, steps) * TURN;
  const length = Math.hypot(x, y);
  return [length * Math.cos(inRadians(angle)), length * Math.sin(inRadians(angle))];
}

/** An arrow made longer, or shorter, to the next multiples of a half; it never vanishes this way. */
export function lengthened([x, y], steps) {
  const length = Math.hypot(x, y);
  const wanted = Math.max(0.5, nextStep(2 * length, steps) / 2);
  return length ? [(x * wanted) / length, (y * wanted) / length] : [0.5, 0];
}

/** So many whole numbers further, up or down, from a number that may lie between two of them. */
function nextStep(now, steps) {
  return (steps > 0 ? Math.floor(now + NEARLY) : Math.ceil(now - NEARLY)) + steps;
}

export function inDegrees(radians) {
  return (radians * 180) / Math.PI;
}

export function inRadians(degrees) {
  return (degrees * Math.PI) / 180;
}
