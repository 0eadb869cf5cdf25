// terminals.ts — `holdpoint login`: a terminal shows a code, a person who is signed in says yes to it in any browser

import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { z } from "zod";
import { readForm } from "../body.ts";
import { created, ok, route } from "../route.ts";
import { noteNoEntry } from "../sign-in/no-entry.ts";
import { goTo, page, said, sentence } from "../sign-in/pages.ts";
import { deskOf, sameOrigin, signedIn } from "../sign-in/session.ts";

const CODE = /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/;
const UserCode = z
  .string()
  .transform((text) => text.trim().toUpperCase())
  .refine((text) => CODE.test(text), { error: "expected a code such as BCDF-GHJK" });
const Secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, { error: "expected the `secret` of the terminal's own ask" });

const form = (code: string): string =>
  `<form method="post" action="terminal"><label>Code <input name="code" value="${code}" required maxlength="9" autocomplete="off"></label> ` +
  `<button>Let this terminal in</button></form>`;
const WARNING =
  "A terminal asks to act in your name, with all of your roles, for an hour. Compare the code with the one in your own terminal. " +
  "If you did not just run `holdpoint login`, or somebody sent you here, close this page.";

export const terminalRoutes = [
  route({
    method: "POST",
    path: "/sign-in/terminal/asks",
    operationId: "askForTerminal",
    summary:
      "A terminal wants to be let in: it shows `userCode`, and trades `secret` for a session when somebody said yes",
    who: "anyone",
    refused: "sign_in.refused",
    body: z.strictObject({}),
    bodyOptional: true,
    answers: { 201: "code, secret and where the code is entered", 429: "too many terminals ask" },
    async run(_call, gateway) {
      const desk = deskOf(gateway);
      const ask = await gateway.store.signIns.ask(desk.tenant);
      if (ask === undefined)
        throw new Fault("too_many", "too many terminals ask to be let in: try again in some minutes");
      return created({
        ...ask,
        url: `${desk.publicUrl}/sign-in/terminal?code=${ask.userCode}`,
        expiresInMs: limits.terminalAskMs,
        pollMs: limits.terminalPollMs,
      });
    },
  }),
  route({
    method: "POST",
    path: "/sign-in/terminal/session",
    operationId: "terminalSession",
    summary: "The terminal's session, once somebody said yes",
    who: "anyone",
    refused: "sign_in.refused",
    body: z.strictObject({ secret: Secret }),
    answers: { 200: "the session's token, shown once", 202: "nobody said yes yet", 410: "the code is over" },
    async run({ body }, gateway) {
      const desk = deskOf(gateway);
      const session = await gateway.store.signIns.redeem(desk.tenant, body.secret);
      if (session === "waiting") return { status: 202, body: { status: "waiting" } };
      if (session === "unknown") throw new Fault("approval_expired", "this code is over: run `holdpoint login` again");
      return ok({ token: session.token, expiresAt: session.expiresAt.toISOString() });
    },
  }),
  route({
    method: "GET",
    path: "/sign-in/terminal",
    operationId: "terminalPage",
    summary: "Where a person who is signed in enters a terminal's code",
    who: "anyone",
    refused: "sign_in.refused",
    query: z.strictObject({ code: UserCode.optional() }),
    produces: "text/html",
    answers: { 200: "the form", 303: "to sign in first" },
    async run(call, gateway) {
      const desk = deskOf(gateway);
      const { code = "" } = call.query;
      const who = await signedIn(gateway, call);
      if (who === undefined) {
        const back = `${new URL(desk.publicUrl).pathname.replace(/\/$/, "")}/sign-in/terminal${code && `?code=${code}`}`;
        return goTo(`${desk.publicUrl}/sign-in?back=${encodeURIComponent(back)}`);
      }
      return page(
        200,
        "Let a terminal in?",
        `${said(WARNING)}${said(`You are ${who.person} (${who.roles?.join(", ")}).`)}${form(code)}`,
      );
    },
  }),
  route({
    method: "POST",
    path: "/sign-in/terminal",
    operationId: "letTerminalIn",
    summary: "Yes to a terminal's code; once",
    who: "anyone",
    refused: "sign_in.refused",
    produces: "text/html",
    answers: { 200: "it is let in", 401: "sign in first", 403: "the form came from elsewhere", 404: "no such code" },
    async run(call, gateway) {
      const desk = deskOf(gateway);
      sameOrigin(desk, call);
      const { code } = await readForm(call.raw, z.strictObject({ code: UserCode }));
      const who = await signedIn(gateway, call);
      if (who?.person === undefined || who.signedIn === undefined || who.tenant !== desk.tenant) {
        await noteNoEntry(gateway, desk, { code: "unauthenticated", reason: "a terminal's code, from nobody" });
        return sentence(401, "Not signed in", "Sign in first, then enter the code again.");
      }
      const { person, signedIn: session } = who;
      const granted = await gateway.store.signIns.grant(desk.tenant, code, { person, identity: session.identity });
      if (!granted) {
        const { identity } = session;
        await noteNoEntry(gateway, desk, { code: "not_found", reason: "a code that no terminal shows", identity });
        return sentence(404, "No such code", "No terminal shows this code, or it is over.");
      }
      return sentence(200, "Done", "The terminal is let in. You can close this page.");
    },
  }),
];
