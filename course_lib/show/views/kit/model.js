/**
 * What a view knows of Python: a model with one value for each trait. anywidget gives it; a plain page can, too.
 *
 * @template State
 * @typedef {object} Model
 * @property {<Name extends keyof State>(name: Name) => State[Name]} get
 * @property {<Name extends keyof State>(name: Name, value: State[Name]) => void} set
 * @property {() => void} save_changes sends what was set to Python
 * @property {(event: string, hear: () => void) => void} on the events are called "change:NAME"
 * @property {(event: string, hear: () => void) => void} off
 */

/** A function that sets one value and tells Python: put(name, value). */
export function putInto(model) {
  return (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
}

/** Calls `hear` whenever one of these values changes; returns a function that ends it. */
export function listen(model, names, hear) {
  names.forEach((name) => model.on(`change:${name}`, hear));
  return () => names.forEach((name) => model.off(`change:${name}`, hear));
}
