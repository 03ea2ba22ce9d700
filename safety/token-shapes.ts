/** Tokens that their makers gave a shape, each behind a text without which it cannot be there. */
const SHAPES: readonly (readonly [string | readonly string[], string])[] = [
  // JSON web tokens
  ['eyJ', String.raw`eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*`],
  // Stripe
  ['k_', String.raw`[sr]k_(?:test|live)_[A-Za-z0-9]{4,}`],
  ['whsec_', String.raw`whsec_[A-Za-z0-9+/=_-]{4,}`],
  // AWS
  [['AKIA', 'ASIA', 'ABIA', 'ACCA'], String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b`],
  // GitHub, GitLab
  [['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], String.raw`gh[pousr]_[A-Za-z0-9]{30,}`],
  ['github_pat_', String.raw`github_pat_[A-Za-z0-9_]{22,}`],
  [
    [
      'glpat-',
      'glptt-',
      'gldt-',
      'glrt-',
      'glrtr-',
      'glcbt-',
      'glft-',
      'glsoat-',
      'glimt-',
      'glagent-',
      'gloas-',
    ],
    String.raw`gl(?:pat|ptt|dt|rt|rtr|cbt|ft|soat|imt|agent|oas)-[A-Za-z0-9_.-]{15,}`,
  ],
  // Slack
  ['xox', String.raw`xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}`],
  ['xapp-', String.raw`xapp-\d-[A-Za-z0-9-]{10,}`],
  // Google
  ['AIza', String.raw`AIza[A-Za-z0-9_-]{30,}`],
  ['ya29.', String.raw`ya29\.[A-Za-z0-9_.-]{20,}`],
  ['1//0', String.raw`1//0[A-Za-z0-9_-]{20,}`],
  ['GOCSPX-', String.raw`GOCSPX-[A-Za-z0-9_-]{20,}`],
  // Package registries
  ['npm_', String.raw`npm_[A-Za-z0-9]{30,}`],
  ['pypi-', String.raw`pypi-[A-Za-z0-9_-]{16,}`],
  ['rubygems_', String.raw`rubygems_[a-f0-9]{40,}`],
  ['dckr_', String.raw`dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}`],
  // Mail and messages
  ['SG.', String.raw`SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`],
  ['SK', String.raw`SK[0-9a-fA-F]{32}\b`],
  ['key-', String.raw`key-[0-9a-f]{32}\b`],
  ['xkeysib-', String.raw`xkeysib-[a-f0-9]{40,}[A-Za-z0-9-]*`],
  // Shops and payments
  [['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpua_'], String.raw`shp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}`],
  ['sq0', String.raw`sq0(?:atp|csp|idp|acp)-[A-Za-z0-9_-]{20,}`],
  ['EAAA', String.raw`EAAA[A-Za-z0-9_-]{50,}`],
  ['access_token$', String.raw`access_token\$(?:production|sandbox)\$[a-z0-9$]{20,}`],
  // Platforms
  [['hvs.', 'hvb.', 'hvr.'], String.raw`hv[sbr]\.[A-Za-z0-9_-]{20,}`],
  ['dp.', String.raw`dp\.(?:pt|st|ct|sa|scim|audit|said)\.[A-Za-z0-9_.-]{20,}`],
  [['doo_v1_', 'dop_v1_', 'dor_v1_'], String.raw`do[opr]_v1_[a-f0-9]{32,}`],
  ['HRKU-', String.raw`HRKU-[A-Za-z0-9_-]{30,}`],
  ['dapi', String.raw`dapi[a-f0-9]{32}`],
  ['pscale_', String.raw`pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{20,}`],
  ['sbp_', String.raw`sbp_[a-f0-9]{40}`],
  ['pul-', String.raw`pul-[a-f0-9]{40}`],
  ['PMAK-', String.raw`PMAK-[a-f0-9]{24}-[a-f0-9]{34}`],
  ['ATATT3', String.raw`ATATT3[A-Za-z0-9_=-]{20,}`],
  ['AGE-SECRET-KEY-1', String.raw`AGE-SECRET-KEY-1[A-Z0-9]{50,}`],
  // Work
  ['lin_', String.raw`lin_(?:api|oauth)_[A-Za-z0-9]{32,}`],
  [['secret_', 'ntn_'], String.raw`(?:secret|ntn)_[A-Za-z0-9]{40,}`],
  ['pat', String.raw`pat[A-Za-z0-9]{14}\.[a-f0-9]{64}`],
  ['figd_', String.raw`figd_[A-Za-z0-9_-]{20,}`],
  // Models
  ['sk-', String.raw`sk-(?:ant-|proj-|svcacct-|admin-|or-v1-|None-)?[A-Za-z0-9_-]{20,}`],
  ['hf_', String.raw`hf_[A-Za-z0-9]{30,}`],
  // Watching
  [
    ['NRAK-', 'NRJS-', 'NRII-', 'NRRA-', 'NRSP-', 'NRAA-'],
    String.raw`NR(?:AK|JS|II|RA|SP|AA)-[A-Za-z0-9_-]{20,}`,
  ],
  [['glsa_', 'glsb_', 'glc_'], String.raw`gls[ab]_[A-Za-z0-9_]{30,}|glc_[A-Za-z0-9+/=_-]{30,}`],
  [['sntrys_', 'sntryu_'], String.raw`sntry[su]_[A-Za-z0-9_=+/-]{20,}`],
  [['dda_', 'ddp_', 'ddap_', 'ddpa_'], String.raw`dd[ap]{1,2}_[A-Za-z0-9]{32,}`],
  [['pdus+', 'pdvs+'], String.raw`pd[uv]s\+[A-Za-z0-9_+-]{16,}`],
];

const TOKENS = SHAPES.map(([has, shape]) => ({
  has: typeof has === 'string' ? [has] : has,
  expression: new RegExp(shape, 'g'),
}));
/** Begin like anything else, so that they are found by their middle: Discord, Telegram, Mailchimp. */
const BY_THE_MIDDLE: readonly { readonly has: string; readonly expression: RegExp }[] = [
  { has: '.', expression: /\.[\w-]{6}\.[\w-]{27,}(?<=[MNO][\w-]{22,28}\.[\w-]{6}\.[\w-]{27,})/g },
  { has: 'AA', expression: /(?::|%3A)AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])(?<=\d{8,10}(?::|%3A).{35})/g },
  { has: '-us', expression: /-us\d{1,2}\b(?<=(?<![0-9a-f])[0-9a-f]{32}-us\d{1,2})/g },
];
/** Keeps the part that names the object. */
const INTENT = /(?<=\b(?:pi|seti|cs|src)_[A-Za-z0-9]{1,80}_secret_)[A-Za-z0-9]{4,}/g;
/** Whoever knows such an address may write there. */
const HOOK =
  /((?:hooks\.slack\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/webhooks|[a-z0-9-]+\.webhook\.office\.com\/webhookb2)\/)[A-Za-z0-9/_@-]{20,}/g;

/** Masks every token that is known by its shape. */
export function maskTokenShapes(text: string, mask: string): string {
  let masked = text;
  for (const { has, expression } of TOKENS) {
    // Much faster than to let the engine try all shapes at each place.
    if (!has.some((one) => masked.includes(one))) continue;
    const whole = masked;
    masked = whole.replace(expression, (token: string, at: number) =>
      startsToken(whole, at) ? mask : token,
    );
  }
  for (const { has, expression } of BY_THE_MIDDLE) {
    if (masked.includes(has)) masked = masked.replace(expression, mask);
  }
  if (masked.includes('_secret_')) masked = masked.replace(INTENT, mask);
  if (masked.includes('hook')) masked = masked.replace(HOOK, `$1${mask}`);
  return masked;
}

/** Whether a word begins here; `\n`, `\u0022` and `%3D` of an encoder are no part of one. */
function startsToken(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 6), at);
  if (!/[A-Za-z0-9_]$|[A-Za-z0-9]-$/.test(before)) return true;
  return /\\[nrt]$|\\u[0-9a-f]{4}$|%[0-9a-f]{2}$/i.test(before);
}
