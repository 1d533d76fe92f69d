// Attention weights: as they come from Python, and what stands out in them.

const ONE = 65535; // a share of 1

/**
 * The patterns weights[pattern][query][key] out of the bytes that pack() of pattern_bytes.py has made: each row ends
 * at the diagonal, since a token looks at none that comes later.
 */
export function unpack(packed, patterns, tokens) {
  let at = 0;
  const next = () => packed.getUint16(2 * at++, true) / ONE;
  return Array.from({ length: patterns }, () =>
    Array.from({ length: tokens }, (_, query) => Array.from({ length: query + 1 }, next)),
  );
}

export function positionOfLargest(weights) {
  return weights.indexOf(Math.max(...weights));
}

/** [[weight, position], …] of those that are at least so large, the largest first. */
export function largest(weights, least) {
  return weights
    .map((weight, position) => [weight, position])
    .filter(([weight]) => weight >= least)
    .sort((one, other) => other[0] - one[0]);
}

export function sum(numbers) {
  return numbers.reduce((total, one) => total + one, 0);
}
