import { existsSync } from 'node:fs';

/** Shortest value that is masked when only its variable's name says that it is secret. */
const SHORTEST_GUESSED = 8;
/** Shortest value that is masked when the plan names it as a secret. */
const SHORTEST_NAMED = 6;

// Words that are values of many settings: masking them would shred every output and protect nothing.
const COMMON = new Set(
  (
    'true false null none undefined default enabled disabled required optional always never ' +
    'test testing tests secret secrets password passwd token changeme example localhost 127.0.0.1 ' +
    'postgres postgresql mysql redis admin administrator root user username guest public private production ' +
    'development staging preview github gitlab bearer basic digest oauth anonymous greenlight'
  ).split(' '),
);

const SECRET_PART =
  /^(KEY|KEYS|TOKEN|TOKENS|SECRET|SECRETS|PASSWORD|PASSWORDS|PASSWD|PASS|PASSPHRASE|PWD|CREDENTIAL|CREDENTIALS|AUTH|APIKEY|DSN|PAT|COOKIE|JWT|SIGNATURE)$/;

/** Whether the name of an environment variable says that its value is secret: `STRIPE_SECRET_KEY`, `dbPassword`. */
export function looksSecret(name: string): boolean {
  if (name === 'PWD' || name === 'OLDPWD') return false;
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .some((part) => SECRET_PART.test(part) || /(PASSWORD|PASSWD|APIKEY|SECRET|TOKEN)$/.test(part));
}

/** Whether a value can be masked without masking ordinary words with it. */
export function isMaskable(value: string): boolean {
  return isLongEnough(value, SHORTEST_NAMED);
}

function isLongEnough(value: string, shortest: number): boolean {
  const text = value.trim();
  if (text.length < shortest || COMMON.has(text.toLowerCase())) return false;
  // A short number is a port, a count or a time; `aaaaaa` and `------` are no secrets either.
  return !/^\d{1,9}$/.test(text) && new Set(text).size > 2;
}

/** Passwords, and user names that stand without one, inside the URLs of a text: as they stand and decoded. */
export function urlCredentials(text: string): readonly string[] {
  return logInsOf(text).flatMap(({ user, password }) => inBothForms(password ?? user));
}

/** The passwords alone: a user name without one may be a token, and is more often just a name. */
export function urlPasswords(text: string): readonly string[] {
  return logInsOf(text).flatMap(({ password }) => inBothForms(password));
}

function logInsOf(
  text: string,
): { readonly user: string | undefined; readonly password: string | undefined }[] {
  const found = text.matchAll(/\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/?#:@"'<>]*)(?::([^\s/?#"'<>]*))?@/gi);
  return [...found].map(([, user, password]) => ({ user, password }));
}

function inBothForms(credential: string | undefined): string[] {
  return credential === undefined || credential === '' ? [] : [credential, decoded(credential)];
}

/** The secret values of an environment, by the names of its variables and by URLs that hold credentials. */
export function secretsOfEnvironment(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value === '') return [];
    const credentials = urlCredentials(value).filter(isMaskable);
    const guessed = looksSecret(name) && isLongEnough(value, SHORTEST_GUESSED) && !namesFile(value);
    return guessed ? [value, ...credentials] : credentials;
  });
}

/** `..._KEY=/etc/tls/key.pem` and `SSH_AUTH_SOCK` name places, and masking a directory would hide every path. */
function namesFile(value: string): boolean {
  return /^[~.]?\//.test(value) && existsSync(value);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray % sign: the text itself is all there is.
  }
}
