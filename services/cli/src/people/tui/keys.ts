// keys.ts — what a terminal sends, as keys: a name, or a piece of text

export interface Key {
  name?: "up" | "down" | "pageUp" | "pageDown" | "home" | "end" | "enter" | "escape" | "erase" | "interrupt";
  text?: string;
  /** it came with others, as pasted text does where a terminal does not say that it is pasted */
  together?: boolean;
}

const NAMED: Readonly<Record<string, NonNullable<Key["name"]>>> = {
  "\r": "enter",
  "\n": "enter",
  "\u007f": "erase",
  "\b": "erase",
  "\u0003": "interrupt",
  "\u001b": "escape",
};

/** One key a character. Only one that came alone can be a yes: pasted text never is. */
export function typed(text: string): Key[] {
  const letters = [...text];
  const together = letters.length > 1 ? { together: true } : {};
  return letters.map((letter) => {
    const name = NAMED[letter];
    return name === undefined ? { text: letter, ...together } : { name, ...together };
  });
}
