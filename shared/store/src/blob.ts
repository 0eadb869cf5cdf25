// blob.ts — many byte strings in one parameter: they cross the wire as they are, found by offset and length

export interface Blob {
  /** SQL's `substring(blob FROM start FOR length)`; nulls for nothing */
  add(bytes: Buffer | undefined): [start: number | null, length: number | null];
  bytes(): Buffer;
}

export function createBlob(): Blob {
  const parts: Buffer[] = [];
  let length = 0;
  return {
    add(bytes) {
      if (!bytes) return [null, null];
      const start = length + 1; // SQL counts from 1
      parts.push(bytes);
      length += bytes.length;
      return [start, bytes.length];
    },
    bytes: () => Buffer.concat(parts, length),
  };
}
