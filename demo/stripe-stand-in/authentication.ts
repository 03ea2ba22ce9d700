import { ApiError } from './api-error.ts';

/**
 * Checks the key of a request: Bearer, or Basic with the key as the user.
 * @throws ApiError 401 without the account's own test key; live keys are refused by name
 */
export function authenticate(header: string | undefined, secretKey: string): void {
  const key = keyOf(header);
  if (key === undefined) {
    throw unauthorized(
      'You did not provide an API key. Provide it in the Authorization header, using Bearer auth (Authorization: Bearer YOUR_SECRET_KEY) or as the user of Basic auth.',
    );
  }
  if (/^(sk|rk)_live_/.test(key)) {
    throw unauthorized('This is a stand-in for Stripe. It must never be given a live key.');
  }
  if (key !== secretKey) throw unauthorized(`Invalid API Key provided: ${masked(key)}`);
}

function keyOf(header: string | undefined): string | undefined {
  const [scheme, value] = (header ?? '').split(' ', 2);
  if (!value) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0] || undefined;
}

function masked(key: string): string {
  return key.length <= 12 ? '****' : `${key.slice(0, 8)}****${key.slice(-4)}`;
}

function unauthorized(message: string): ApiError {
  return new ApiError(401, { type: 'invalid_request_error', message });
}
