import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { encodedForms } from '../../../safety/encoded-forms.ts';
import { createRedactor } from '../../../safety/redactor.ts';

const SECRET = 's3cr&t/"va lue<é>';
const redactor = createRedactor({ env: { SHOP_TOKEN: SECRET } });

describe('known values', () => {
  test.each(encodedForms(SECRET).map((form) => [form]))('are masked as %s', (form) => {
    expect(redactor.text(`before ${form} after`)).not.toContain(form);
  });

  test('are masked inside base64 at every alignment', () => {
    const plain = createRedactor({ env: {}, values: ['correct-horse-battery'] });
    for (const prefix of ['', 'x', 'xy', 'xyz']) {
      const encoded = Buffer.from(`${prefix}correct-horse-battery and more`).toString('base64');
      const left = Buffer.from(plain.text(encoded).replace('[redacted]', ''), 'base64').toString('latin1');
      expect(left).not.toMatch(/horse/);
    }
  });

  test('any secret is masked in any surrounding, raw and as JSON', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 10, maxLength: 40 }), fc.string(), (secret, around) => {
        const masking = createRedactor({ env: {}, values: [`K7${secret}q9Z`] });
        const value = `K7${secret}q9Z`;
        expect(masking.known(`${around}${value}${around}`)).not.toContain(value);
        const json = JSON.stringify({ [around]: value });
        expect(masking.known(json)).not.toContain(JSON.stringify(value).slice(1, -1));
      }),
    );
  });

  test('short and common values do not shred the output', () => {
    const masking = createRedactor({
      env: {
        A_TOKEN: 'true',
        B_PASSWORD: 'postgres',
        C_KEY: '1',
        D_SECRET: 'test',
        E_TOKEN: '5432',
        F_KEY: 'abc12',
      },
      names: ['A_TOKEN', 'B_PASSWORD', 'C_KEY'],
    });
    const text = 'test is true: 1 of 5432 rows in postgres, abc12';
    expect(masking.text(text)).toBe(text);
  });

  test('credentials inside URLs of any variable are masked, and the rest of such variables is not', () => {
    const masking = createRedactor({ env: { DB: 'postgres://shop:p%40ss-w0rd@db.internal/shop' } });
    expect(masking.text('p%40ss-w0rd and p@ss-w0rd on db.internal')).toBe(
      '[redacted] and [redacted] on db.internal',
    );
  });

  test('a variable that names a file, and PWD, are no secrets', () => {
    const masking = createRedactor({ env: { TLS_KEY: process.execPath, PWD: process.cwd() } });
    expect(masking.text(`${process.execPath} in ${process.cwd()}`)).toBe(
      `${process.execPath} in ${process.cwd()}`,
    );
  });

  test('a value that is added later is masked from then on', () => {
    const masking = createRedactor({ env: {} });
    expect(masking.text('made-up-passw0rd')).toBe('made-up-passw0rd');
    masking.add('made-up-passw0rd');
    expect(masking.text('made-up-passw0rd')).toBe('[redacted]');
  });

  test('the longest of overlapping secrets wins', () => {
    const masking = createRedactor({ env: {}, values: ['abcdef-12', 'abcdef-12-extended'] });
    expect(masking.text('abcdef-12-extended')).toBe('[redacted]');
  });
});

describe('secrets that only their shape gives away', () => {
  const shapes = createRedactor({ env: {} });
  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
    ['    - authorization: Basic dXNlcjpwYXNzd29yZA==', '    - authorization: Basic [redacted]'],
    ['sent Bearer abcdef0123456789 to it', 'sent Bearer [redacted] to it'],
    ['Set-Cookie: sid=abc; Path=/; HttpOnly', 'Set-Cookie: sid=[redacted]; Path=/; HttpOnly'],
    ['Cookie: sid=abc; theme=dark', 'Cookie: sid=[redacted]; theme=[redacted]'],
    ['{"name":"Cookie","value":"sid=abc"}', '{"name":"Cookie","value":"[redacted]"}'],
    ['"cookies":[{"name":"sid","value":"a]\\"b"}]', '"cookies":[{"name":"sid","value":"[redacted]"}]'],
    ['jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl!', 'jwt [redacted]!'],
    ['key sk_test_51Habc and rk_live_99x0', 'key [redacted] and [redacted]'],
    ['whsec_AbC123/+=', '[redacted]'],
    ['pi_3abc_secret_xyz98765', 'pi_3abc_secret_[redacted]'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['{"password":"a\\"b","x":1}', '{"password":"[redacted]","x":1}'],
    ['"{\\"access_token\\":\\"a\\\\\\"b\\",\\"x\\":1}"', '"{\\"access_token\\":\\"[redacted]\\",\\"x\\":1}"'],
    ["{ clientSecret: 'hunter2', id: 7 }", "{ clientSecret: '[redacted]', id: 7 }"],
    ['grant=code&client_secret=abc&x=1', 'grant=code&client_secret=[redacted]&x=1'],
    ['GET /reset?token=abcdef&lang=en', 'GET /reset?token=[redacted]&lang=en'],
    ['postgres://shop:pw@db/shop', 'postgres://shop:[redacted]@db/shop'],
    ['https://ghp@github.com/x', 'https://[redacted]@github.com/x'],
    ['a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb', 'a\n[redacted]\nb'],
  ])('%s', (given, expected) => {
    expect(shapes.text(given)).toBe(expected);
    expect(shapes.text(expected)).toBe(expected);
  });

  test.each([
    'Basic authentication is required; the token expired',
    'test-mode keys only (sk_test_, rk_test_)',
    'at suite (file:///app/orders.spec.ts:12:5) by ops@shop.example',
    '{"check":"visitor-can-register","outcome":"pass","tokens":5}',
    'secret("STRIPE_KEY") is not set; password must have 8 characters',
    'order gl-abc-1@example.test has total 19.99',
    'cookies: accepted, Cookie banner shown',
  ])('leaves alone: %s', (text) => {
    expect(shapes.text(text)).toBe(text);
  });
});

describe('deep', () => {
  test('copies plain data and keeps everything else', () => {
    const at = new Date(0);
    const input = {
      list: [SECRET, 1, null],
      at,
      authorization: 'x',
      nested: { name: 'Cookie', value: 'sid=1' },
    };
    const output = redactor.deep(input);
    expect(output).toEqual({
      list: ['[redacted]', 1, null],
      at,
      authorization: '[redacted]',
      nested: { name: 'Cookie', value: '[redacted]' },
    });
    expect(input.list[0]).toBe(SECRET);
  });

  test('keeps the shape of circular data', () => {
    const loop: { self?: unknown; text: string } = { text: SECRET };
    loop.self = loop;
    const copy = redactor.deep(loop);
    expect(copy.self).toBe(copy);
    expect(copy.text).toBe('[redacted]');
  });
});

describe('switching it off', () => {
  test('is refused outside of tests', () => {
    expect(() => createRedactor({ env: { GREENLIGHT_REDACTION: 'off' } })).toThrow(
      'secrets are always masked',
    );
  });
  test('works in tests', () => {
    const off = createRedactor({
      env: { GREENLIGHT_REDACTION: 'off', NODE_ENV: 'test', SHOP_TOKEN: SECRET },
    });
    expect(off.text(SECRET)).toBe(SECRET);
  });
});
