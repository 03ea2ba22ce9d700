import type { K6Response } from './modules.ts';

/** The headers of an answer by their names in small letters. Making them costs about as much as half a request. */
export function headersOf({ headers }: K6Response): Record<string, string> {
  const named: Record<string, string> = {};
  for (const name of Object.keys(headers)) named[name.toLowerCase()] = String(headers[name]);
  return named;
}
