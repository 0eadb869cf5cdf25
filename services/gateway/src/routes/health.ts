// health.ts — is the process up, can it decide and record, and what the API looks like

import { isFault } from "@holdpoint/wire/fault.ts";
import { openApi } from "../openapi.ts";
import { ok, type Route, route } from "../route.ts";

export const healthRoutes = (all: () => readonly Route[]): Route[] => {
  let description: object | undefined;
  return [
    route({
      method: "GET",
      path: "/healthz",
      operationId: "healthz",
      summary: "The process is up",
      who: "anyone",
      answers: { 200: "it is" },
      run: () => ok({ status: "ok" }),
    }),
    route({
      method: "GET",
      path: "/readyz",
      operationId: "readyz",
      summary: "It can decide and record",
      who: "anyone",
      answers: { 200: "it can", 503: "it cannot; `code` says which part is away" },
      async run(_call, gateway) {
        try {
          await gateway.ready();
          return ok({ status: "ready" });
        } catch (error) {
          // The code only: a driver's message may quote a URL with its password.
          return { status: 503, body: { status: "not_ready", code: isFault(error) ? error.code : "internal" } };
        }
      },
    }),
    route({
      method: "GET",
      path: "/openapi.json",
      operationId: "openapi",
      summary: "This description",
      who: "anyone",
      answers: { 200: "OpenAPI 3.1" },
      run() {
        description ??= openApi(all());
        return ok(description);
      },
    }),
  ];
};
