import { expect, test } from 'vitest';
import { hashPassword, passwordMatches } from '../../../demo/shop/passwords.ts';

test('a password matches its own hash and no other', async () => {
  const hash = await hashPassword('correct horse');
  expect(hash).toMatch(/^scrypt\$\d+\$[\w+/=]+\$[\w+/=]+$/);
  expect(hash).not.toContain('correct');
  expect(await passwordMatches('correct horse', hash)).toBe(true);
  expect(await passwordMatches('correct horsE', hash)).toBe(false);
  expect(await hashPassword('correct horse')).not.toBe(hash);
});

test.each(['!', '', 'scrypt$8192$', 'md5$1$a$b'])('nothing matches %j, which is no hash', async (stored) => {
  expect(await passwordMatches('', stored)).toBe(false);
  expect(await passwordMatches('!', stored)).toBe(false);
});
