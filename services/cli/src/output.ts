// output.ts — results on stdout: whole, in order, as fast as the reader takes them

import { once } from "node:events";

/** Resolves when the text was taken. A reader that went away (`| head`) ends the program quietly. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** Once a process, before the first result. */
export function leaveWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}
