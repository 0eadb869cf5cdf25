// openapi.ts — the routes as an OpenAPI 3.1 page, made from the very schemas that vet the requests

import { limits } from "@holdpoint/wire/limits.ts";
import { Problem } from "@holdpoint/wire/problem.ts";
import { z } from "zod";
import type { Route } from "./route.ts";

/** What a caller sends, as JSON Schema 2020-12. What only code can check (a NUL, an id's meaning) stays out of it. */
const schemaOf = (schema: z.ZodType): object => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
};

const PARTS = /:(\w+)/g;

function parameters({ path, query }: Route): object[] {
  const inPath = [...path.matchAll(PARTS)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema: schemaOf(schema as z.ZodType),
  }));
  return [...inPath, ...inQuery];
}

const problem = {
  description: "what was wrong",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

function responses({ answers, produces = "application/json" }: Route): object {
  const said = Object.entries(answers).map(([status, description]) => {
    const good = Number(status) < 300;
    if (!good) return [status, { ...problem, description }];
    return [status, Number(status) === 204 ? { description } : { description, content: { [produces]: {} } }];
  });
  return { ...Object.fromEntries(said), default: problem };
}

function operation(route: Route): object {
  const { operationId, summary, who, body, bodyOptional } = route;
  return {
    operationId,
    summary,
    ...(who === "anyone" ? { security: [] } : { description: `Roles: ${who.join(", ")}.` }),
    parameters: parameters(route),
    ...(body && {
      requestBody: { required: bodyOptional !== true, content: { "application/json": { schema: schemaOf(body) } } },
    }),
    responses: responses(route),
  };
}

export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(PARTS, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Holdpoint",
      version: "1",
      description: `Decides what AI agents may do. Bodies are strict JSON of at most ${limits.bodyBytesMax} bytes; unknown fields are errors.`,
    },
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "`hp_…`" } },
      schemas: { Problem: schemaOf(Problem) },
    },
    security: [{ key: [] }],
  };
}
