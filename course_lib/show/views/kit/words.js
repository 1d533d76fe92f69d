// Words and numbers as a reader sees them.

/** A view's words: English, but where the trait `labels` of Python has other ones. */
export function wordsOf(model, english) {
  return { ...english, ...(model.get("labels") || {}) };
}

/** A sentence with its {parts} filled in. */
export function fill(sentence, parts) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? parts[name] : whole));
}

/** 3, −0.5, 0.42: as many digits as are needed. */
export function number(value, digits = 2) {
  return String(Number(value.toFixed(digits)) || 0).replace("-", "−");
}

/** 12,288 */
export function thousands(count) {
  return count.toLocaleString("en-US");
}
