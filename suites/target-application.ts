import { placeOf, placesOf } from '../contract/addresses.ts';
import { GreenlightError } from '../contract/errors.ts';
import { readHeaders } from '../contract/headers.ts';
import type { ApplicationPort } from '../contract/ports/application.ts';
import type { Target } from '../contract/target.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { CannotTell, firstLine } from './cannot-tell.ts';

/** With these a system refuses us, or is broken: it says nothing about what it was asked. */
const THIRD_PARTY_AWAY = (status: number): boolean =>
  status >= 500 || [401, 403, 407, 408, 429].includes(status);

/**
 * Sends requests as the plan says for each place: with the headers of the target to the target alone, with those of a
 * third party to it. What a third party does not answer, or answers with an error of its own, is a CannotTell.
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
      if (!place.thirdParty) return application.send({ ...request, headers }, budgetMs);
      try {
        const answer = await application.send({ ...request, headers }, budgetMs);
        if (!THIRD_PARTY_AWAY(answer.status)) return answer;
        throw thirdPartyAway(place.name, `answered ${answer.status}`);
      } catch (error) {
        if (error instanceof CannotTell || error instanceof GreenlightError) throw error;
        throw thirdPartyAway(place.name, `gave no answer: ${firstLine(error)}`, error);
      }
    },
  };
}

/** Nothing is known about the target while somebody else is away. */
export function thirdPartyAway(name: string, what: string, cause?: unknown): CannotTell {
  return new CannotTell('third-party', `the third party "${name}" ${what}`, {
    remedy: `look at "${name}" (target.thirdParties), then run again: it says nothing about the target`,
    ...(cause === undefined ? {} : { cause }),
  });
}
