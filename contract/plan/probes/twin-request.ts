import { z } from 'zod';
import { CheckId } from '../check-id.ts';

/** Methods that change nothing by their definition (RFC 9110, 9.2.1). */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** The keys of a request that both systems get. */
export const twinRequest = {
  /** Those that may change data need `harmlessBecause`. */
  method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  /** Absolute path, with its query. */
  path: z.string().startsWith('/'),
  /** Body, sent as JSON. */
  json: z.unknown().optional(),
  /** Why a method that may change data is harmless here, such as "a search". */
  harmlessBecause: z.string().min(1).optional(),
};

/** Whether a request changes nothing, as far as its method or the plan says so. */
export function isHarmless(request: {
  readonly method: string;
  readonly harmlessBecause?: string | undefined;
}): boolean {
  return SAFE_METHODS.includes(request.method) || request.harmlessBecause !== undefined;
}

export const MAY_CHANGE_DATA = {
  message: 'both systems would get a request that may change data: say why it is harmless, or leave it out',
  path: ['harmlessBecause'],
};

/** A request that both systems get. */
export const TwinRequest = z.strictObject(twinRequest).refine(isHarmless, MAY_CHANGE_DATA);
export type TwinRequest = z.infer<typeof TwinRequest>;

/**
 * A flow of requests that logs somebody in, on old and on new. Later requests send what it captured as `headers`, and the
 * cookies that it got.
 */
export const LogIn = z.strictObject({
  /** Id of a flow of the plan that creates nothing; `check: false` keeps it from being a check itself. */
  flow: CheckId,
  /** Why old may get its requests, such as "a log-in of a test account". */
  harmlessBecause: z.string().min(1),
});
export type LogIn = z.infer<typeof LogIn>;
