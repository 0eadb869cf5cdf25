// pages.ts — the few pages that people see: words, forms, no script, nothing from elsewhere

import { escapeHtml } from "@holdpoint/core/escalation/card-html.ts";
import { SECURITY_HEADERS } from "../problems.ts";

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "pre{white-space:pre-wrap;overflow-wrap:anywhere}.card{border:1px solid;padding:0 1rem}mark.odd{background:#fc6}" +
  "button{font:inherit;padding:.5rem 1rem;margin-right:1rem}input,textarea{font:inherit;padding:.3rem}" +
  "textarea{display:block;width:100%;box-sizing:border-box;margin:.5rem 0 1rem}code{font-size:1.3em;letter-spacing:.1em}";

/** Forms go nowhere else; the origin must come along with them, which `no-referrer` would hide. */
const HEADERS = {
  ...SECURITY_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "same-origin",
};

/** `body` is markup; whatever is not ours in it was escaped by whoever made it. */
export function page(status: number, title: string, body: string, headers: readonly [string, string][] = []): Response {
  const html =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
  const response = new Response(html, { status, headers: HEADERS });
  for (const [name, value] of headers) response.headers.append(name, value);
  return response;
}

export const said = (text: string): string => `<p>${escapeHtml(text)}</p>`;
export const sentence = (status: number, title: string, text: string, headers: readonly [string, string][] = []) =>
  page(status, title, said(text), headers);

export function goTo(url: string, cookies: readonly string[] = []): Response {
  const response = new Response(null, { status: 303, headers: { ...SECURITY_HEADERS, location: url } });
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}
