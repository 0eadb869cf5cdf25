// blob.ts — many byte strings in one parameter: they cross the wire as they are, found by offset and length

/** SQL's `substring(blob FROM start FOR length)`; a length of 0 says that there is nothing. */
export type Place = [start: number, length: number];

export interface Blob {
  add(bytes: Buffer | string | undefined): Place;
  bytes(): Buffer;
}

export function createBlob(): Blob {
  const parts: Buffer[] = [];
  let length = 0;
  return {
    add(given) {
      if (given === undefined) return [1, 0];
      const bytes = typeof given === "string" ? Buffer.from(given) : given;
      const start = length + 1; // SQL counts from 1
      parts.push(bytes);
      length += bytes.length;
      return [start, bytes.length];
    },
    bytes: () => Buffer.concat(parts, length),
  };
}
