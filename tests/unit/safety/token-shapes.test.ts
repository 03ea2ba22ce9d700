import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../safety/redactor.ts';

/** Put together here, so that no scanner takes a line of this file for a real one. */
const letters = (length: number): string => 'aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY'.repeat(9).slice(0, length);
const hex = (length: number): string => '0f1e2d3c4b5a69788796a5b4c3d2e1f0'.repeat(4).slice(0, length);
const digits = (length: number): string => '4827159360'.repeat(4).slice(0, length);
const upper = (length: number): string => letters(length).toUpperCase();

const TOKENS: Readonly<Record<string, string>> = {
  'GitHub, classic': `ghp${'_'}${letters(36)}`,
  'GitHub, fine-grained': `github${'_pat_'}${letters(40)}`,
  'GitHub, OAuth': `gho${'_'}${letters(36)}`,
  GitLab: `glpat${'-'}${letters(20)}`,
  'Slack, bot': `xoxb${'-'}${digits(12)}-${letters(24)}`,
  'Slack, app': `xapp${'-1-'}${letters(30)}`,
  'AWS, key id': `AKIA${upper(16)}`,
  'AWS, session': `ASIA${upper(16)}`,
  'Google, API': `AI${'za'}${letters(35)}`,
  'Google, access': `ya29${'.'}${letters(60)}`,
  npm: `npm${'_'}${letters(36)}`,
  PyPI: `pypi${'-'}${letters(60)}`,
  SendGrid: `SG${'.'}${letters(22)}.${letters(43)}`,
  Twilio: `SK${hex(32)}`,
  Mailgun: `key${'-'}${hex(32)}`,
  Mailchimp: `${hex(32)}${'-us'}12`,
  'Stripe, restricted': `rk${'_test_'}${letters(24)}`,
  'Stripe, webhook': `whsec${'_'}${letters(32)}`,
  Shopify: `shpat${'_'}${hex(32)}`,
  Square: `sq0${'atp-'}${letters(22)}`,
  'JSON web token': `ey${'J'}${letters(20)}.${letters(30)}.${letters(40)}`,
  Vault: `hvs${'.'}${letters(24)}`,
  Doppler: `dp${'.pt.'}${letters(40)}`,
  DigitalOcean: `dop${'_v1_'}${hex(64)}`,
  Heroku: `HRKU${'-'}${letters(36)}`,
  Linear: `lin${'_api_'}${letters(40)}`,
  'Notion, old': `secret${'_'}${letters(43)}`,
  Notion: `ntn${'_'}${letters(46)}`,
  OpenAI: `sk${'-'}${letters(48)}`,
  'OpenAI, project': `sk${'-proj-'}${letters(48)}`,
  Anthropic: `sk${'-ant-'}api03-${letters(60)}`,
  Telegram: `${digits(10)}:${'AA'}${letters(33)}`,
  Discord: `M${letters(23)}.${letters(6)}.${letters(30)}`,
  'New Relic': `NRAK${'-'}${upper(27)}`,
  Sentry: `sntrys${'_'}${letters(60)}`,
};

describe('tokens that their makers gave a shape', () => {
  const redactor = createRedactor({ env: {} });
  test.each(Object.entries(TOKENS))('%s', (_name, token) => {
    const secret = token.slice(-12);
    for (const text of [
      token,
      `it said ${token}, and went on`,
      JSON.stringify({ note: `x\n${token}` }),
      JSON.stringify(JSON.stringify({ note: `"${token}"` })),
      `?a=${token}&b=1`,
      encodeURIComponent(`a=${token}`),
    ]) {
      expect(redactor.text(text), text).not.toContain(secret);
      expect(redactor.text(text)).toContain('[redacted]');
    }
  });

  test.each([
    ['Azure, shared access', `https://a.blob.example/c?sv=1&sig=${letters(43)}%3D&se=2`],
    ['Azure, account key', `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${letters(86)}==;x=1`],
    ['Datadog', `DD-API-KEY: ${hex(32)}`],
    ['PagerDuty', `Authorization: Token token=${letters(20)}`],
    ['Sentry, DSN', `https://${hex(32)}@o1.ingest.example/42`],
    ['a webhook of Slack', `https://hooks.slack.com/services/T0/B0/${letters(24)}`],
    ['PostgreSQL', `postgres://shop:${letters(12)}@db/shop`],
    ['Redis', `redis://:${letters(12)}@cache:6379/0`],
    ['AMQP', `amqps://u:${letters(12)}@mq//v`],
    ['a private key', `-----BEGIN ${'PRIVATE'} KEY-----\n${letters(64)}\n-----END PRIVATE KEY-----`],
    [
      'a key of PGP',
      `-----BEGIN PGP ${'PRIVATE'} KEY BLOCK-----\n${letters(64)}\n-----END PGP PRIVATE KEY BLOCK-----`,
    ],
  ])('%s', (_name, text) => {
    const masked = redactor.text(text);
    expect(masked).toContain('[redacted]');
    for (const part of [letters(12), hex(12)]) expect(masked).not.toContain(part);
  });

  test.each([
    'task-management-and-other-long-hyphenated-words-of-a-title',
    'risk-assessment-of-something-with-a-long-name',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'commit 3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3',
    'gl-4f2a9c1b7e-w0-visitor-can-register-r0-1@example.test',
    'b7e23ec2-9f6a-4d0e-8a2b-1c3d5e7f9a0b',
  ])('leaves alone: %s', (text) => {
    expect(redactor.text(text)).toBe(text);
  });
});

describe('fields whose names say that they are secret, in objects and in text alike', () => {
  const redactor = createRedactor({ env: {} });
  const names = [
    'newPassword',
    'SecretAccessKey',
    'apiSecret',
    'client_secret',
    'x-api-key',
    'AWS_SECRET_ACCESS_KEY',
    'refreshToken',
    'passwordConfirmation',
    'dbPassword',
    'accountKey',
    'private_key',
    'ClientSecret',
  ];
  test.each(names)('%s', (name) => {
    const value = 'hunter2Value';
    expect(redactor.deep({ [name]: value, list: [{ name, value }] })).toEqual({
      [name]: '[redacted]',
      list: [{ name, value: '[redacted]' }],
    });
    for (const text of [
      JSON.stringify({ [name]: value, id: 7 }),
      JSON.stringify(JSON.stringify({ [name]: value, id: 7 })),
      JSON.stringify({ name, value }),
      `${name}: ${value}`,
      `  - ${name}: ${value}\n  id: 7`,
      `id=7&${name}=${value}&x=1`,
      `export ${name}=${value}`,
      `{ ${name}: '${value}', id: 7 }`,
      `<user><${name}>${value}</${name}></user>`,
      `<add ${name}="${value}" id="7"/>`,
      `got "${name}": "${value}" from it`,
    ]) {
      expect(redactor.text(text), text).not.toContain(value);
    }
  });

  test.each([
    'primaryKey: orders_pkey',
    '{"tokens":5,"passwordPolicy":"strict","keyboard":"de","monkey":"see"}',
    'the password: must have 8 characters',
    'check: visitor-can-reset-password, outcome: pass',
    'author: jane, card: visa, session: 4',
    '{"idempotencyKey":"abc-123","publicKey":"pk"}',
  ])('leaves alone: %s', (text) => {
    expect(redactor.text(text)).toBe(text);
  });
});

describe('known values, however common encoders wrote them', () => {
  const secret = 'aK7/x+q=Zp&9<"é\\m$ w:T';
  const redactor = createRedactor({ env: {}, values: [secret] });
  const php = JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/');
  const escapes = [...secret].map((c) =>
    /\w/.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const entities = (radix: 10 | 16) =>
    [...secret].map((c) =>
      /\w/.test(c) ? c : `&#${radix === 16 ? 'x' : ''}${c.charCodeAt(0).toString(radix).toUpperCase()};`,
    );
  const mime = Buffer.from(`${'line before '.repeat(4)}${secret}${' and after'.repeat(9)}`)
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n');
  const printable = [...Buffer.from(secret)]
    .map((byte) =>
      byte > 32 && byte < 127 && byte !== 61
        ? String.fromCharCode(byte)
        : `=${byte.toString(16).toUpperCase()}`,
    )
    .join('')
    .replace(/^(.{5})/, '$1=\r\n');
  test.each([
    ['JSON that escapes slashes', php],
    ['JSON in JSON that escapes slashes', JSON.stringify(php).slice(1, -1)],
    ['JSON within ASCII and HTML', escapes.join('')],
    ['the same with capitals', escapes.join('').replace(/[0-9a-f]{4}/g, (digits) => digits.toUpperCase())],
    ['XML, hexadecimal', entities(16).join('')],
    ['HTML, decimal', entities(10).join('')],
    ['a URL', encodeURIComponent(secret)],
    ['a URL in a URL', encodeURIComponent(encodeURIComponent(secret))],
    [
      'a URL in a URL, lower case',
      encodeURIComponent(encodeURIComponent(secret))
        .toLowerCase()
        .replace('ak7', 'aK7')
        .replace('zp', 'Zp')
        .replace(/t$/, 'T'),
    ],
    ['MIME', mime],
    ['MIME inside JSON', JSON.stringify(mime)],
    ['credentials', Buffer.from(`user:${secret}`).toString('base64')],
    ['base64 for URLs', Buffer.from(`user:${secret}`).toString('base64url')],
    ['base64 in a URL', encodeURIComponent(Buffer.from(`u:${secret}`).toString('base64'))],
    ['quoted-printable', printable],
    ['hexadecimal', Buffer.from(secret).toString('hex')],
    [
      'hexadecimal with colons',
      Buffer.from(secret)
        .toString('hex')
        .replace(/..(?=.)/g, '$&:'),
    ],
    ['every character as an entity', [...secret].map((c) => `&#x${c.charCodeAt(0).toString(16)};`).join('')],
    [
      'every byte in percent',
      [...Buffer.from(secret)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join(''),
    ],
  ])('%s', (_name, form) => {
    const masked = redactor.known(`before ${form} after`);
    expect(masked).toContain('[redacted]');
    const left = masked.replace('[redacted]', '');
    // Of base64 only the ends may stay, which also hold the neighbours.
    for (let at = 4; at + 6 < form.length - 4 && form.length < 120; at += 1) {
      expect(left).not.toContain(form.slice(at, at + 7));
    }
  });
});
