// written.ts — the JSON of what does not change: an action and its facts are written once, however often they are sent and kept

const known = new WeakMap<object, string>();

/** `JSON.stringify` of a value that nobody changes after this; remembered for as long as the object lives. */
export function writtenOnce(value: object): string {
  const before = known.get(value);
  if (before !== undefined) return before;
  const json = JSON.stringify(value);
  known.set(value, json);
  return json;
}
