// route.ts — a route as data: who may call it, what it reads, what it answers; the app and the OpenAPI page are made of these

import type { IncomingMessage } from "node:http";
import type { Credential, Role } from "@holdpoint/wire/access.ts";
import type { FaultCode } from "@holdpoint/wire/fault.ts";
import type { z } from "zod";
import type { Gateway } from "./parts.ts";

export const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** One vetted request: the credential may call this route, query and body have their shapes. */
export interface Call<Query = Record<string, never>, Body = undefined> {
  credential: Credential;
  params: Readonly<Record<string, string>>;
  query: Query;
  body: Body;
  header(name: string): string | undefined;
  /** aborted when the caller has gone */
  gone: AbortSignal;
  /** for the few routes that read no JSON */
  raw: IncomingMessage;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

type Parsed<T extends z.ZodType | undefined, None> = T extends z.ZodType ? z.output<T> : None;

export interface RouteSpec<Query extends z.ZodObject | undefined, Body extends z.ZodType | undefined> {
  method: Method;
  /** with `:name` for a part that varies */
  path: string;
  operationId: string;
  summary: string;
  who: readonly Role[] | "anyone";
  /** the code of the 403 for other roles; `forbidden` when not said */
  otherwise?: FaultCode;
  /** the type of the event that a refused request leaves; `request.refused` when not said */
  refused?: string;
  query?: Query;
  /** reads its query from `raw` itself: what is unknown or repeated there is its own to refuse, in its own words */
  ownQuery?: true;
  body?: Body;
  /** a request without a body counts as `{}` */
  bodyOptional?: boolean;
  /** status → what it means, for the OpenAPI page */
  answers: Readonly<Record<number, string>>;
  /** media type of a good answer, where it is not JSON */
  produces?: string;
  run(
    call: Call<Parsed<Query, Record<string, never>>, Parsed<Body, undefined>>,
    gateway: Gateway,
  ): Promise<Answer | Response> | Answer | Response;
}

/** A route whose parsers are known only to itself. */
export interface Route extends Omit<RouteSpec<z.ZodObject | undefined, z.ZodType | undefined>, "run"> {
  run(call: Call<never, never>, gateway: Gateway): Promise<Answer | Response> | Answer | Response;
}

/** Keeps query, body and handler of one route in agreement. */
export const route = <
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  spec: RouteSpec<Query, Body>,
): Route => spec;

export const ok = (body: unknown, headers?: Record<string, string>): Answer => ({
  status: 200,
  body,
  ...(headers && { headers }),
});
export const created = (body: unknown, headers?: Record<string, string>): Answer => ({
  status: 201,
  body,
  ...(headers && { headers }),
});
export const noContent: Answer = { status: 204 };
