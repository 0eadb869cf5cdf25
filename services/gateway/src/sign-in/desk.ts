// desk.ts — sign-in as the routes use it: the settings, the provider, the seal of what is pending

import type { PendingSeal } from "./cookies.ts";
import type { SignInOptions } from "./options.ts";
import type { Provider } from "./provider.ts";

export interface SignInDesk extends SignInOptions {
  provider: Provider;
  seal: PendingSeal;
}
