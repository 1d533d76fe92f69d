// The arithmetic of attention patterns, as NumPy's in course_lib/attention: tables are lists of rows, a row is a query.

import { sum } from "./weights.js";

/**
 * Weights from scaled scores: the softmax of each row at a temperature.
 *
 * @param {number[][]} scores q · k / √D
 * @param {"none" | "before" | "after"} mask hides the future before the softmax, after it, or not at all
 * @returns {number[][]}
 */
export function attention(scores, temperature, mask) {
  const isLater = (query, key) => key > query;
  return scores.map((row, query) => {
    const warmed = row.map((score, key) =>
      mask === "before" && isLater(query, key) ? -Infinity : score / temperature,
    );
    const weights = softmax(warmed);
    return mask === "after" ? weights.map((weight, key) => (isLater(query, key) ? 0 : weight)) : weights;
  });
}

function softmax(scores) {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = sum(powers);
  return powers.map((power) => power / total);
}

/** The average of the patterns of all heads but those that are switched off; 0 if all are. */
export function average(patterns, off) {
  const on = patterns.filter((_, head) => !off.includes(head));
  const count = Math.max(on.length, 1);
  return patterns[0].map((row, query) => row.map((_, key) => sum(on.map((one) => one[query][key])) / count));
}

export function zerosLike(pattern) {
  return pattern.map((row) => row.map(() => 0));
}
