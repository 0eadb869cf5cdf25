// step-count.ts — for tests: how much work a call does, counted in looks at characters and elements, so that no clock is asked

type Method = (this: unknown, ...args: never[]) => unknown;
type Patch = (original: Method, count: (steps: number) => void) => Method;

const lengthOf = (value: unknown): number => (value as { length: number }).length;

const one: Patch = (original, count) =>
  function (...args) {
    count(1);
    return original.apply(this, args);
  };
/** Walks all of it. */
const whole: Patch = (original, count) =>
  function (...args) {
    count(lengthOf(this));
    return original.apply(this, args);
  };
/** Walks from where it is told to where it finds something. */
const search: Patch = (original, count) =>
  function (...args) {
    const from = typeof args[1] === "number" ? args[1] : 0;
    const found = original.apply(this, args);
    count((typeof found === "number" && found >= 0 ? found : lengthOf(this)) - from + 1);
    return found;
  };
/** Each call of its callback is a step. */
const callback: Patch = (original, count) =>
  function (...args) {
    const [call, ...rest] = args as unknown as [Method, ...never[]];
    const counted: Method = function (...given) {
      count(1);
      return call.apply(this, given);
    };
    return original.apply(this, [counted, ...rest] as never[]);
  };
/** Also asked by `test`, `match`, `replace` and `split`. */
const exec: Patch = (original, count) =>
  function (...args) {
    const { lastIndex, sticky } = this as RegExp;
    const match = original.apply(this, args) as RegExpExecArray | null;
    const end = match ? match.index + match[0].length : sticky ? lastIndex : String(args[0]).length;
    count(Math.max(0, end - lastIndex) + 1);
    return match;
  };

const PATCHES: readonly [prototype: object, patch: Patch, names: readonly string[]][] = [
  [String.prototype, one, ["charCodeAt", "codePointAt", "startsWith", "endsWith", "slice", "at"]],
  [String.prototype, whole, ["toLowerCase", "trim"]],
  [String.prototype, search, ["indexOf"]],
  [String.prototype, whole, ["includes"]],
  [Array.prototype, callback, ["filter", "some", "every", "find", "findIndex", "map", "flatMap", "forEach", "reduce"]],
  [Array.prototype, whole, ["includes", "indexOf", "slice", "join"]],
  [RegExp.prototype, exec, ["exec"]],
];

/** Steps that `work` takes. */
export function countSteps(work: () => unknown): number {
  let steps = 0;
  const count = (more: number): void => {
    steps += more;
  };
  const undo: (() => void)[] = [];
  for (const [prototype, patch, names] of PATCHES)
    for (const name of names) {
      const original = Reflect.get(prototype, name) as Method;
      Reflect.set(prototype, name, patch(original, count));
      undo.push(() => Reflect.set(prototype, name, original));
    }
  try {
    work();
  } finally {
    for (const each of undo) each();
  }
  return steps;
}
