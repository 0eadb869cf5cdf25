// button.ts — what a button carries: the way, the request's id and its nonce, in 47 characters that any channel takes

import type { Id } from "@holdpoint/wire/scalars.ts";

export interface Button {
  vote: "approve" | "deny";
  approvalId: Id<"apr">;
  nonce: string;
}

const CODE = /^([ad])\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/;
const UUID = /^apr_([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;

export function writeButton({ vote, approvalId, nonce }: Button): string {
  const parts = UUID.exec(approvalId);
  if (parts === null) throw new Error(`not an approval id: ${approvalId}`);
  const id = Buffer.from(parts.slice(1).join(""), "hex").toString("base64url");
  return `${vote === "approve" ? "a" : "d"}.${id}.${nonce}`;
}

/** Undefined for anything that `writeButton` did not write. */
export function readButton(code: string): Button | undefined {
  const [, way, id, nonce] = CODE.exec(code) ?? [];
  if (id === undefined || nonce === undefined) return undefined;
  const hex = Buffer.from(id, "base64url").toString("hex");
  const approvalId: Id<"apr"> = `apr_${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`;
  const button: Button = { vote: way === "a" ? "approve" : "deny", approvalId, nonce };
  return writeButton(button) === code ? button : undefined;
}
