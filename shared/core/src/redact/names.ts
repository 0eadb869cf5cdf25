// names.ts — argument names whose value is a secret whatever it looks like

/** The last words of a name, its parts joined without separators: `DB_PASSWORD`, `apiKey`, `client-secret`. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|pwd|secret|secretkey|token|apikey|accesskey|privatekey|signingkey|encryptionkey|authorization|credential|credentials|connectionstring|cookie)$/;

/** Names that end so and are no secrets: counts and pointers to secrets. */
const INNOCENT = /(?:max|min|num|count|total|next|page|continuation|cancellation)tokens?$|^(?:next|page)?cursor$/;

/** A reference to a secret that stands elsewhere, a blank, or a word that is too short to be one. */
const PLACEHOLDER = /^(?:\$\{?\w+\}?|\$\(.*\)|<[^>]*>|\{\{.*\}\}|\*+|x+|.{0,3}|true|false|null|none|undefined)$/i;

export function isSecretName(name: string): boolean {
  const joined = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return SECRET_NAME.test(joined) && !INNOCENT.test(joined);
}

export const isNamedSecret = (name: string, value: string): boolean => isSecretName(name) && !PLACEHOLDER.test(value);
