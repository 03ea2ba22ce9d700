import { placeOf, placesOf } from '../contract/plan/addresses.ts';
import { readHeaders } from '../contract/plan/headers.ts';
import type { ApplicationPort } from '../contract/ports/application.ts';
import type { Target } from '../contract/plan/target.ts';
import { resolveSecret } from '../safety/secrets.ts';

/**
 * Sends requests as the plan says for each place: with the headers of the target to the target alone, with those of a
 * third party to it.
 */
export function targetApplication(
  application: ApplicationPort,
  target: Target,
  env: NodeJS.ProcessEnv = process.env,
): ApplicationPort {
  const places = placesOf(target);
  return {
    async send(request, budgetMs) {
      const place = placeOf(request.url, places);
      if (place === undefined) return application.send(request, budgetMs);
      // What a step says itself wins: it knows better who it is.
      const headers = {
        ...readHeaders(place.headers, (value) => resolveSecret(value, env)),
        ...request.headers,
      };
      return application.send({ ...request, headers }, budgetMs);
    },
  };
}
