// arrays.ts — array parameters as Postgres reads them: written here, because the driver escapes value by value

const SPECIAL = /["\\]/;

const element = (text: string | null): string =>
  text === null ? "NULL" : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** Most texts are ids: one look at all of them together says that there is nothing to escape. */
export function textArray(texts: readonly (string | null)[]): string {
  const plain = texts.length > 0 && !texts.includes(null) && !SPECIAL.test(texts.join(""));
  return plain ? `{"${texts.join('","')}"}` : `{${texts.map(element).join(",")}}`;
}

export const valueArray = (values: readonly (number | boolean)[]): string => `{${values.join(",")}}`;
