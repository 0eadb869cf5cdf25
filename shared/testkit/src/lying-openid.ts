// lying-openid.ts — an OpenID provider on loopback that says whatever a test wants said: the other side of our own checks

import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type Claims = Record<string, unknown>;
interface Grant {
  nonce: string;
  challenge: string;
  method: string;
  redirectUri: string;
  used: number;
}

/** One lie at a time; whatever is not named is said as an honest provider says it. */
export interface Lie {
  claims?: (honest: Claims) => Claims;
  /** of the ID token */
  header?: (honest: Claims) => Claims;
  /** signs with this and not with the published key */
  signature?: "none" | "other key" | "HS256 public key" | "HS256 client secret" | "altered after";
  /** the whole body of the token endpoint */
  body?: (honest: Claims) => unknown;
  /** before the browser is sent back */
  back?: (url: URL) => void;
  /** of the discovery document */
  metadata?: (honest: Claims) => Claims;
  /** takes any code and any verifier, as often as it comes */
  checksNothing?: boolean;
  /** gives out this token, which it made for an earlier sign-in */
  idToken?: string;
  /** answers the token request by sending it elsewhere */
  redirectsTo?: string;
}

export interface LyingProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  tell(lie: Lie): void;
  /** what it was asked and answered, in order */
  authorizations: URLSearchParams[];
  tokenRequests: URLSearchParams[];
  idTokens: string[];
  close(): Promise<void>;
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const es256 = (input: string, key: KeyObject): string =>
  sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url");
const hs256 = (input: string, secret: string | Buffer): string =>
  createHmac("sha256", secret).update(input).digest("base64url");

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Whoever comes is signed in as `alice` at once: there is no form. */
export async function startLyingProvider(): Promise<LyingProvider> {
  const clientId = "holdpoint";
  const clientSecret = `synthetic-${randomUUID()}`;
  const { privateKey, publicKey } = newKey();
  const stranger = newKey().privateKey;
  const kid = "k1";
  const grants = new Map<string, Grant>();
  const authorizations: URLSearchParams[] = [];
  const tokenRequests: URLSearchParams[] = [];
  const idTokens: string[] = [];
  let lie: Lie = {};
  let issuer = "";

  function idToken(nonce: string): string {
    const honest = { iss: issuer, sub: "alice", aud: clientId, nonce, iat: nowSeconds(), exp: nowSeconds() + 300 };
    const header = lie.header?.({ alg: "ES256", kid }) ?? { alg: "ES256", kid };
    const input = `${base64url(header)}.${base64url(lie.claims?.(honest) ?? honest)}`;
    switch (lie.signature) {
      case "none":
        return `${input}.`;
      case "other key":
        return `${input}.${es256(input, stranger)}`;
      case "HS256 public key":
        return `${input}.${hs256(input, publicKey.export({ type: "spki", format: "pem" }))}`;
      case "HS256 client secret":
        return `${input}.${hs256(input, clientSecret)}`;
      case "altered after":
        return `${base64url(header)}.${base64url({ ...honest, sub: "root" })}.${es256(input, privateKey)}`;
      default:
        return `${input}.${es256(input, privateKey)}`;
    }
  }

  /** What an honest provider looks at before it gives a token for a code. */
  function honoured(request: URLSearchParams): Grant | undefined {
    const grant = grants.get(request.get("code") ?? "");
    if (grant === undefined) return undefined;
    const verifier = createHash("sha256")
      .update(request.get("code_verifier") ?? "")
      .digest("base64url");
    grant.used += 1;
    const honest =
      grant.used === 1 &&
      grant.method === "S256" &&
      verifier === grant.challenge &&
      request.get("redirect_uri") === grant.redirectUri &&
      request.get("client_secret") === clientSecret;
    return honest || lie.checksNothing === true ? grant : undefined;
  }

  const metadata = (): Claims => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  });

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (url.pathname === "/.well-known/openid-configuration") return json(lie.metadata?.(metadata()) ?? metadata());
    if (url.pathname === "/jwks")
      return json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" }] });
    if (url.pathname === "/authorize") {
      authorizations.push(url.searchParams);
      const ask = (name: string) => url.searchParams.get(name) ?? "";
      const code = randomUUID();
      grants.set(code, {
        nonce: ask("nonce"),
        challenge: ask("code_challenge"),
        method: ask("code_challenge_method"),
        redirectUri: ask("redirect_uri"),
        used: 0,
      });
      const back = new URL(ask("redirect_uri"));
      for (const [name, value] of Object.entries({ code, state: ask("state"), iss: issuer }))
        back.searchParams.set(name, value);
      lie.back?.(back);
      return response.writeHead(303, { location: back.href }).end();
    }
    const asked = await bodyOf(request);
    tokenRequests.push(asked);
    if (lie.redirectsTo !== undefined) return response.writeHead(307, { location: lie.redirectsTo }).end();
    const grant = honoured(asked);
    if (grant === undefined) return json({ error: "invalid_grant" }, 400);
    const token = lie.idToken ?? idToken(grant.nonce);
    idTokens.push(token);
    const honest = { access_token: randomUUID(), token_type: "Bearer", expires_in: 60, id_token: token };
    return json(lie.body?.(honest) ?? honest);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    clientId,
    clientSecret,
    tell: (next) => {
      lie = next;
    },
    authorizations,
    tokenRequests,
    idTokens,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
