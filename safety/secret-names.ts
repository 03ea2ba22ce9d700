/** Names that hold a secret as a whole, without separators. */
const WHOLE = new Set(
  (
    'pwd pass otp totp cvc cvv cvc2 cvv2 cardnumber pan credential credentials auth authorization proxyauthorization ' +
    'cookie setcookie sessionid sid sig sharedaccesssignature connectionstring apikeyauth xauth xauthtoken pincode ' +
    'mfacode sshkey pgpkey'
  ).split(' '),
);
/** What stands before `key` where it is one that must not be seen: `apiKey`, `SecretAccessKey`, `account_key`. */
const KEY_OF = new Set(
  (
    'api app application secret access private account auth authentication authorization encryption signing signature ' +
    'master shared client service license storage admin root deploy webhook hmac aes rsa ssh jwt session token consumer ' +
    'subscription functions host'
  ).split(' '),
);
const SECRET_WORD = new Set([
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'passcode',
  'pwd',
]);
/** What may follow such a word and still be it: `password_confirmation`, `secretValue`, `password2`. */
const STILL =
  /^(?:confirmation|confirm|again|repeat|repeated|hash|hashed|digest|new|old|current|value|plain|plaintext|text|salt|raw|encrypted|string|base64|b64|\d+)$/;

const known = new Map<string, boolean>();
/** Names come from answers too, and there is no end of them. */
const MOST_KNOWN = 20_000;

/** Whether a field, header or variable of this name holds a secret: `newPassword`, `SecretAccessKey`, `x-api-key`. */
export function isSensitiveName(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const is = name.length <= 100 && decide(name);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, is);
  return is;
}

/** Whether numbers under this name are secrets as well: of a token or a key, a number is a count. */
export function holdsSecretNumber(name: string): boolean {
  return /^(?:.*passw(?:or)?d|pass|pwd|otp|totp|cvc2?|cvv2?|card_?-?number|pan|.*pin_?-?code|mfa_?-?code)$/i.test(
    name,
  );
}

function decide(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
  if (words.length === 0) return false;
  if (
    WHOLE.has(words.join('')) ||
    (words.length > 1 && WHOLE.has(words.slice(1).join('')) && words[0] === 'x')
  ) {
    return true;
  }
  while (words.length > 1 && STILL.test(words[words.length - 1] ?? '')) words.pop();
  const last = words[words.length - 1] ?? '';
  const before = words[words.length - 2] ?? '';
  if (
    SECRET_WORD.has(last) ||
    /(?:password|passwd|passphrase|secret|token|apikey|secretkey|accesskey|privatekey)$/.test(last)
  ) {
    return true;
  }
  if (last === 'key') return KEY_OF.has(before);
  if (last === 'id' && before === 'session') return true;
  if (last === 'number' && before === 'card') return true;
  if (last === 'credential' || last === 'credentials' || last === 'passcode') return true;
  if (last === 'cookie' || last === 'authorization')
    return words.length === 1 || words[0] === 'x' || words[0] === 'proxy';
  return /^(?:account|api|secret|access|private|auth|app|shared)key$/.test(last);
}
