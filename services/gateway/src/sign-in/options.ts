// options.ts — where people sign in: the provider, this house's own address, and the secret between them

import type { Config } from "@holdpoint/runtime/config.ts";
import { Fault } from "@holdpoint/wire/fault.ts";

export interface SignInOptions {
  /** as people's browsers reach this gateway; no slash at its end */
  publicUrl: string;
  /** of the OpenID provider */
  issuer: string;
  clientId: string;
  clientSecret?: string;
  /** whose people sign in here */
  tenant: string;
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/** Plain http would hand session and code to anybody on the way; on this machine there is nobody on the way. */
function address(text: string, variable: string): string {
  const url = new URL(text);
  if (url.protocol !== "https:" && !isLoopback(url))
    throw new Fault("config_invalid", `\`${variable}\`: expected https, or an address of this machine`, { variable });
  return text.replace(/\/+$/, "");
}

/** Undefined where no provider is configured. Throws `config_invalid` for half of a configuration. */
export function signInOptions(config: Config): SignInOptions | undefined {
  const { oidcIssuer, oidcClientId, oidcClientSecret, oidcTenant = "default", publicUrl } = config;
  if (oidcIssuer === undefined) return undefined;
  const missing = (variable: string): never => {
    throw new Fault("config_invalid", `\`${variable}\`: expected a value, because HOLDPOINT_OIDC_ISSUER is set`, {
      variable,
    });
  };
  return {
    publicUrl: address(publicUrl ?? missing("HOLDPOINT_PUBLIC_URL"), "HOLDPOINT_PUBLIC_URL"),
    issuer: address(oidcIssuer, "HOLDPOINT_OIDC_ISSUER"),
    clientId: oidcClientId ?? missing("HOLDPOINT_OIDC_CLIENT_ID"),
    ...(oidcClientSecret !== undefined && { clientSecret: oidcClientSecret }),
    tenant: oidcTenant,
  };
}
