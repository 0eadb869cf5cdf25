// openid.ts — a real OpenID provider on loopback (oidc-provider), whose people sign in by typing their name

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import OidcProvider from "oidc-provider";
import type { Browser, Page } from "./browser.ts";

export interface OpenIdProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Signs with another key from now on; the old one is gone. */
  rotate(): void;
  /** Types a name at its sign-in form, and says yes to its consent form. */
  passThrough(browser: Browser, page: Page, name: string): Promise<Page>;
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export async function startOpenIdProvider(redirectUri: string): Promise<OpenIdProvider> {
  const clientId = "holdpoint";
  const clientSecret = `synthetic-${randomUUID()}`;
  let handler: (...parts: Parameters<ReturnType<OidcProvider["callback"]>>) => unknown = () => undefined;
  const server: Server = createServer((request, response) => handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function rotate(): void {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "ES256" };
    const provider = new OidcProvider(issuer, {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [redirectUri],
          response_types: ["code"],
          grant_types: ["authorization_code"],
          token_endpoint_auth_method: "client_secret_post",
          id_token_signed_response_alg: "ES256",
        },
      ],
      jwks: { keys: [key] } as never,
      cookies: { keys: [randomUUID()] },
      pkce: { required: () => true },
    });
    handler = provider.callback();
  }
  rotate();
  return {
    issuer,
    clientId,
    clientSecret,
    rotate,
    async passThrough(browser, page, name) {
      let at = page;
      // Sign-in, then consent; whoever is signed in there already sees neither.
      for (let form = 0; form < 2 && at.url.startsWith(issuer); form += 1)
        at = await browser.submit(at, /name="login"/.test(at.html) ? { login: name, password: "any" } : {});
      return at;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
