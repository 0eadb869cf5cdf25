// email-page.ts — the page behind a mail's link: shows the card to who signed in, and holds the form whose POST decides

import type { ApprovalDelivery, Reply } from "../channel.ts";
import { headline, particulars, votersOf } from "../words.ts";

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? "");

/** No script, no frame, nothing from elsewhere, nothing kept, and no address handed on. */
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
};
const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid;padding:1rem}button{font:inherit;padding:.5rem 1rem;margin-right:1rem}" +
  "textarea{display:block;width:100%;box-sizing:border-box;margin:.5rem 0 1rem}";

const page = (status: number, title: string, body: string): Reply => ({
  status,
  headers: HEADERS,
  body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>`,
});

export const sentence = (status: number, title: string, text: string): Reply =>
  page(status, title, `<p>${escaped(text)}</p>`);

function form({ approve, deny }: ApprovalDelivery["buttons"]): string {
  const one = (code: string | undefined, label: string) =>
    code === undefined ? "" : `<button name="button" value="${escaped(code)}">${label}</button>`;
  if (approve === undefined && deny === undefined) return "";
  return (
    `<form method="post"><label>Reason (needed to deny)<textarea name="reason" rows="3" maxlength="1000"></textarea></label>` +
    `${one(approve, "Approve")}${one(deny, "Deny")}</form>`
  );
}

export const cardPage = (delivery: ApprovalDelivery): Reply =>
  page(
    200,
    headline(delivery),
    `<p>${escaped(particulars(delivery))}</p><p>${escaped(votersOf(delivery.approval))}</p>` +
      `<pre>${escaped(delivery.approval.card.text)}</pre>${form(delivery.buttons)}`,
  );
