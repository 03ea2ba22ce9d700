import type { K6Response } from './modules.ts';

const INVALID_URL_CODE = 1020;

/** k6 sends nothing to what it takes for no URL, makes no sample of it, and only this answer of its own tells. @throws Error */
export function refuseInvalidUrl(response: K6Response): void {
  if (response.error_code === INVALID_URL_CODE) throw new Error(response.error);
}
