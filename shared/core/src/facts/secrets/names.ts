// names.ts — values that are secret because of the name they are given: `password=…`, `"apiKey": "…"`, `Authorization: …`

const WORDS = [
  "password",
  "passwd",
  "passphrase",
  "pwd",
  "secret",
  "token",
  "apikey",
  "accesskey",
  "secretkey",
  "privatekey",
  "authkey",
  "signingkey",
  "encryptionkey",
  "masterkey",
  "clientsecret",
  "accountkey",
  "connectionstring",
  "credential",
  "credentials",
  "authtoken",
  "bearertoken",
  "pgpassword",
  "webhooksecret",
  "servicekey",
  "adminkey",
  "deploykey",
  "licensekey",
  "sessionkey",
  "storagekey",
  "sharedkey",
];
/** Names that hold such a word and yet no secret. */
const HARMLESS =
  /(tokens?count|maxtokens?|tokenlimit|tokenizer|tokentype|tokenurl|tokenpath|tokenfile|secretname|secretref|secretarn|secretid|secretpath|passwordfile|passwordfield|passwordhash|passwordlength|passwordreset|passwordpolicy|tokenname|tokens|tokenbudget|secretsmanager|keyname|csrftokenname|tokenexpiry|tokenttl|passwordinput|tokenprovider|minpassword|showpassword|publickey|tokenendpoint|usedtokens?|prompttokens?|outputtokens?)$/;

/** The last letters of all those words, as a number: one look tells most names apart. */
const ENDINGS = new Set(
  [...WORDS, "pass", "apikeys"].map((word) =>
    [...word.slice(-3)].reduce((number, char) => number * 128 + char.charCodeAt(0), 0),
  ),
);

/** Do the last three letters and digits before `end` end a secret name? Letters that are not ASCII leave it open. */
export function mayEndSecretName(text: string, start: number, end: number): boolean {
  let number = 0;
  let place = 1;
  for (let i = end - 1; i >= start; i--) {
    let code = text.charCodeAt(i);
    if (code >= 128) return true;
    if (code >= 65 && code <= 90) code += 32;
    else if (code < 48 || (code > 57 && code < 97) || code > 122) continue;
    number += code * place;
    place *= 128;
    if (place === 128 ** 3) return ENDINGS.has(number);
  }
  return false;
}

/** Does the name of a field say that its value is secret? */
export function isSecretName(name: string): boolean {
  if (name.length > 80 || name.length < 3 || !mayEndSecretName(name, 0, name.length)) return false;
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (HARMLESS.test(plain)) return false;
  return (
    WORDS.some((word) => plain.endsWith(word)) ||
    plain === "pass" ||
    plain.endsWith("apikeys") ||
    /^(db|redis|mysql|smtp|ftp|ssh|pg|admin|root|user)pass$/.test(plain)
  );
}

const AUTHORIZATION =
  /^(?:proxy-)?authorization$|^x-(?:api|auth|access)-(?:key|token)$|^x-amz-security-token$|^private-token$|^cookie$/i;
/** Does the name of a header say that its value is an authorization? */
export const isAuthorization = (name: string): boolean => AUTHORIZATION.test(name);

/** May one of those begin so: with an a, c, p or x in any case? */
export function mayBeginHeader(code: number): boolean {
  const lower = code | 32;
  return lower === 97 || lower === 99 || lower === 112 || lower === 120;
}

const EMPTY_WORDS = new Set(
  "true false null none nil undefined required optional string str text number int bool boolean any unknown object changeme change_me example placeholder redacted hidden secret password token test todo tbd your_password your_token yourpassword env prompt ask default dummy fake mock sample value key input void bytes self this".split(
    " ",
  ),
);

/** Placeholders, variables and types: no secret, however their field is called. */
export function isPlaceholder(value: string): boolean {
  if (value.length < 6) return true;
  const first = value[0]!;
  if (
    first === "$" ||
    first === "<" ||
    first === "{" ||
    first === "%" ||
    first === "@" ||
    first === "*" ||
    first === "/" ||
    first === "~"
  )
    return true;
  const lower = value.toLowerCase();
  if (EMPTY_WORDS.has(lower)) return true;
  if (
    /^(x+|\*+|\.+|-+|0+|1234567?8?9?0?|your[-_ ]|my[-_ ]?(secret|password|token)|insert|replace|process\.env|os\.environ|env\.|getenv|config\.|settings\.|secrets?\.|vault:|arn:aws:secretsmanager|projects\/)/.test(
      lower,
    )
  )
    return true;
  return /^\[?(redacted|hidden|masked|filtered|secret)/.test(lower);
}
