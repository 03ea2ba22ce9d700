import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** Cost of one hash: about 20 ms. Low for production, right for a demo that registers a customer per check. */
const COST: ScryptOptions = { N: 8192, r: 8, p: 1 };
const KEY_LENGTH = 32;

/** Hashes a password as `scrypt$<N>$<salt>$<key>`, both base64. Old and new shop read each other's hashes. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ['scrypt', COST.N, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Whether the password belongs to the stored hash. Anything that is not a hash, such as `!`, never matches. */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [scheme, cost, salt, key] = stored.split('$');
  if (scheme !== 'scrypt' || cost === undefined || salt === undefined || key === undefined) return false;
  const wanted = Buffer.from(key, 'base64');
  const given = await derive(password, Buffer.from(salt, 'base64'), { ...COST, N: Number(cost) });
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_LENGTH, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
