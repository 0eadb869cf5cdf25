// redis-url.ts — one URL for each way people run Redis: single, Sentinel, Cluster
//   redis://[user:password@]host:port[/database]                      (rediss:// = TLS)
//   redis+sentinel://[user:password@]host:port,host:port/master[/database]
//   redis+cluster://[user:password@]host:port,host:port[?shards=3]

import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { Cluster, Redis, type RedisOptions } from "ioredis";

export interface RedisAddress {
  kind: "single" | "sentinel" | "cluster";
  tls: boolean;
  nodes: { host: string; port: number }[];
  username?: string;
  password?: string;
  master?: string;
  database: number;
  /** hash slots that the queues are spread over; more than one only pays on a cluster */
  shards: number;
}

const SHAPE =
  /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]+)((?:\/[^/?]*)*)(?:\?shards=(\d{1,2}))?$/;
const SHARDS_OF_A_CLUSTER = 3;

export const isRedisUrl = (url: string): boolean => /^rediss?(\+sentinel|\+cluster)?:\/\//.test(url);

function node(text: string, portDefault: number): { host: string; port: number } | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(found?.[2] ?? portDefault);
  return found?.[1] && port > 0 && port <= 65_535 ? { host: found[1].replace(/^\[|\]$/g, ""), port } : undefined;
}

/** Throws `config_invalid`; the URL itself is not quoted, it may hold a password. */
export function parseRedisUrl(url: string): RedisAddress {
  const bad = (expected: string): never => {
    throw new Fault("config_invalid", `the queue's URL is not understood: expected ${expected}`);
  };
  const found = SHAPE.exec(url);
  if (!found)
    return bad("redis://host:port, redis+sentinel://host:port,host:port/master or redis+cluster://host:port,host:port");
  const [, scheme, how, username, password, hosts = "", path = "", shards] = found;
  const kind = how === "sentinel" || how === "cluster" ? how : "single";
  const nodes = hosts.split(",").map((host) => node(host, kind === "sentinel" ? 26_379 : 6_379));
  if (nodes.some((each) => each === undefined) || (kind === "single" && nodes.length > 1))
    return bad("`host:port`, separated by commas");
  const parts = path.split("/").filter((part) => part !== "");
  const master = kind === "sentinel" ? (parts.shift() ?? bad("the master's name after the hosts")) : undefined;
  const database = Number(parts.shift() ?? 0);
  if (!Number.isInteger(database) || parts.length > 0 || (kind === "cluster" && database !== 0))
    return bad("a database number (none on a cluster)");
  const count = shards === undefined ? (kind === "cluster" ? SHARDS_OF_A_CLUSTER : 1) : Number(shards);
  if (count < 1) return bad("shards=1 or more");
  return {
    kind,
    tls: scheme === "rediss",
    nodes: nodes as RedisAddress["nodes"],
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(master && { master }),
    database,
    shards: count,
  };
}

/** A client that is not connected yet. A producer answers a caller and fails fast; a worker has nothing better to do than to wait. */
export function redisClient(address: RedisAddress, role: "producer" | "worker"): Redis | Cluster {
  const producer = role === "producer";
  const options: RedisOptions = {
    ...(address.username && { username: address.username }),
    ...(address.password && { password: address.password }),
    ...(address.tls && { tls: {} }),
    maxRetriesPerRequest: producer ? 1 : null,
    connectTimeout: 5_000,
    // A server that lost its power closes nothing: a link on which nothing comes while something is asked is opened anew.
    socketTimeout: limits.queueSilentMs,
    ...(producer && { commandTimeout: 5_000 }),
    lazyConnect: true,
  };
  const retry = (times: number) => Math.min(50 * times, 500);
  if (address.kind === "cluster") {
    return new Cluster(address.nodes, {
      redisOptions: { ...options, lazyConnect: false },
      clusterRetryStrategy: retry,
      enableOfflineQueue: true,
      slotsRefreshTimeout: 3_000,
      lazyConnect: true,
    });
  }
  const shared = { ...options, db: address.database, retryStrategy: retry, enableOfflineQueue: !producer };
  if (address.kind === "sentinel") {
    return new Redis({
      ...shared,
      sentinels: address.nodes,
      name: address.master,
      ...(address.password && { sentinelPassword: address.password }),
      sentinelRetryStrategy: retry,
      // After a failover the old master may come back read-only: such an answer means "connect again".
      reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
    });
  }
  const [only] = address.nodes;
  return new Redis({ ...shared, host: only?.host, port: only?.port });
}
