// app.ts — the routes as one Hono app: who calls, what was sent, the handler, the answer or the problem

import { timeRequest } from "@holdpoint/runtime/metrics.ts";
import type { Credential, Role } from "@holdpoint/wire/access.ts";
import { Fault, type FaultCode, isFault } from "@holdpoint/wire/fault.ts";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { actingAs, createDoor } from "./auth.ts";
import { createBells } from "./bells.ts";
import { readBody } from "./body.ts";
import { createGrants } from "./grants.ts";
import type { Gateway, GatewayOptions, Parts } from "./parts.ts";
import { asFault, problemResponse, SECURITY_HEADERS } from "./problems.ts";
import { createIntake } from "./propose.ts";
import { notFound, readQuery } from "./query.ts";
import { createRefusals } from "./refusals.ts";
import { noteRefused } from "./refused.ts";
import { type Answer, type Call, METHODS, type Route } from "./route.ts";
import { actionRoutes } from "./routes/actions.ts";
import { approvalPageRoutes } from "./routes/approval-page.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { authzenRoutes } from "./routes/authzen.ts";
import { changeRoutes } from "./routes/changes.ts";
import { decisionRoutes } from "./routes/decisions.ts";
import { eraseRoutes } from "./routes/erase.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { hookRoutes } from "./routes/hooks.ts";
import { inboundRoutes } from "./routes/inbound.ts";
import { keyRoutes } from "./routes/keys.ts";
import { peopleRoutes } from "./routes/people.ts";
import { policyRoutes } from "./routes/policies.ts";
import { runRoutes } from "./routes/run.ts";
import { signInRoutes } from "./routes/sign-in.ts";
import { simulateRoutes } from "./routes/simulate.ts";
import { standingRoutes } from "./routes/standing.ts";
import { stopRoutes } from "./routes/stops.ts";
import { talkRoutes } from "./routes/talk.ts";
import { terminalRoutes } from "./routes/terminals.ts";
import { voteRoute } from "./routes/votes.ts";
import { pendingSeal } from "./sign-in/cookies.ts";
import { createProvider } from "./sign-in/provider.ts";
import { createWaiters } from "./waiters.ts";

type Env = { Bindings: HttpBindings };

/** Fixed paths stand before those with a part that varies. */
export const routes: readonly Route[] = [
  ...healthRoutes(() => routes),
  ...actionRoutes,
  ...runRoutes,
  ...eraseRoutes,
  ...approvalRoutes,
  voteRoute,
  ...talkRoutes,
  ...keyRoutes,
  ...peopleRoutes,
  ...changeRoutes,
  ...simulateRoutes,
  ...policyRoutes,
  ...decisionRoutes,
  ...stopRoutes,
  ...eventRoutes,
  ...standingRoutes,
  ...authzenRoutes,
  ...signInRoutes,
  ...terminalRoutes,
  ...inboundRoutes,
  ...hookRoutes,
  ...approvalPageRoutes,
];

/** What the gateway keeps between requests. `closing`: aborted when the server drains. */
export function openGateway(parts: Parts, options: GatewayOptions, closing: AbortSignal): Gateway {
  const { store, clock, log } = parts;
  const waiters = createWaiters({ actions: store.actions, clock, log });
  closing.addEventListener("abort", () => waiters.close(), { once: true });
  return {
    ...parts,
    onePerson: options.onePerson ?? false,
    signInRoles: options.signInRoles ?? [],
    ...(options.courierUrl !== undefined && { courierUrl: options.courierUrl }),
    door: createDoor(store, clock),
    ...(options.signIn && {
      signIn: {
        ...options.signIn,
        provider: createProvider(options.signIn, clock),
        seal: pendingSeal(options.masterKey),
      },
    }),
    grants: createGrants(options.masterKey),
    refusals: createRefusals(parts, closing),
    waiters,
    bells: createBells(),
    intake: createIntake({ ...parts, waiters }),
    closing,
  };
}

/** The caller in the role in which it may do this. Throws with the code of the route where it has none of them. */
function acting(caller: Credential, who: readonly Role[], otherwise: FaultCode): Credential {
  const able = actingAs(caller, who);
  if (able !== undefined) return able;
  const { role, roles } = caller;
  const whose = roles === undefined ? `a key with role \`${role}\`` : `whoever signed in as ${roles.join(", ")}`;
  throw new Fault(otherwise, `${whose} may not do this: it is for ${who.join(", ")}`);
}

async function answerOf(
  route: Route,
  gateway: Gateway,
  c: Context<Env>,
  caller: Credential | undefined,
): Promise<Answer | Response> {
  const header = (name: string) => c.req.header(name);
  const { who, query, ownQuery, body, bodyOptional, otherwise = "forbidden" } = route;
  const credential = who === "anyone" || caller === undefined ? undefined : acting(caller, who, otherwise);
  const call = {
    credential,
    params: c.req.param(),
    query: ownQuery ? {} : readQuery(c.req.url, query),
    body: body && (await readBody(c.env.incoming, body, bodyOptional)),
    header,
    gone: c.req.raw.signal,
    raw: c.env.incoming,
  };
  // The route's own schemas have just made `query` and `body`; only their types are forgotten here.
  return route.run(call as unknown as Call<never, never>, gateway);
}

/** Whatever is refused is written down as well: with the caller, where the key is one that is known. */
async function vetted(route: Route, gateway: Gateway, c: Context<Env>): Promise<Answer | Response> {
  let caller: Credential | undefined;
  try {
    if (route.who !== "anyone") caller = await gateway.door.caller(c.req.header("authorization"));
    return await answerOf(route, gateway, c, caller);
  } catch (error) {
    if (isFault(error)) await noteRefused(gateway, route, { caller, params: c.req.param() }, error);
    throw error;
  }
}

function respond({ status, body, headers }: Answer): Response {
  if (body === undefined) return new Response(null, { status, headers: { ...SECURITY_HEADERS, ...headers } });
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...SECURITY_HEADERS, "content-type": "application/json", ...headers },
  });
}

/** Which methods a path knows, for the `allow` of a 405. */
function allowed(path: string): string[] {
  const matching = routes.filter((route) => new RegExp(`^${route.path.replaceAll(/:\w+/g, "[^/]+")}$`).test(path));
  return METHODS.filter((method) => matching.some((route) => route.method === method));
}

export function createApp(gateway: Gateway): Hono<Env> {
  const app = new Hono<Env>();
  const failed = (error: unknown, c: Context<Env>) => {
    const fault = asFault(error, gateway.log);
    // A body that is left unread cannot share its connection with the next request.
    const unread = !c.env.incoming.readableEnded && (fault.code === "too_large" || fault.code === "request_timeout");
    return problemResponse(fault, unread ? { connection: "close" } : {});
  };
  for (const route of routes) {
    app.on(route.method, route.path, async (c) => {
      const startedAt = performance.now();
      const response = await vetted(route, gateway, c).then(
        (answer) => (answer instanceof Response ? answer : respond(answer)),
        (error: unknown) => failed(error, c),
      );
      timeRequest(route.method, route.path, response.status, performance.now() - startedAt);
      return response;
    });
  }
  app.notFound((c) => {
    const methods = allowed(c.req.path);
    const fault = methods.length
      ? new Fault("method_not_allowed", `\`${c.req.method.slice(0, 20)}\` is not a method of this path`)
      : notFound();
    timeRequest("other", "none", methods.length ? 405 : 404, 0);
    return problemResponse(fault, methods.length ? { allow: methods.join(", ") } : {});
  });
  app.onError((error, c) => failed(error, c));
  return app;
}
