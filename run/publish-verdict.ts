import type { Verdict } from '../contract/verdict/verdict.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { createRedactor } from '../safety/redactor.ts';
import {
  PUBLISHER_NAMES,
  PUBLISHER_SECRETS,
  type PublisherName,
  PUBLISHERS,
} from '../reporters/publishers/index.ts';
import type { Place } from '../reporters/publishers/way-to-tell.ts';
import { reportFiles } from '../host/report-files.ts';

/** The publishers that were asked for, and those that the surroundings ask for. */
export function publishersOf(
  asked: readonly PublisherName[],
  env: NodeJS.ProcessEnv,
): readonly PublisherName[] {
  const unasked = PUBLISHER_NAMES.filter((name) => {
    const { told } = PUBLISHERS[name];
    return 'byItselfIn' in told && env[told.byItselfIn] === 'true';
  });
  return [...new Set([...asked, ...unasked])];
}

/** How telling one of them ended. */
interface Told {
  readonly publisher: PublisherName;
  readonly delivered: boolean;
  readonly problem: string | null;
}

/**
 * Delivers a verdict to all at once, and writes beside it who was told. What fails is reported and changes neither
 * the verdict nor the exit code.
 */
export async function publishVerdict(
  names: readonly PublisherName[],
  verdict: Verdict,
  place: Place,
): Promise<void> {
  if (names.length === 0) return;
  const redactor = createRedactor({ env: place.env, names: PUBLISHER_SECRETS });
  const told = await Promise.all(
    names.map(async (name): Promise<Told> => {
      try {
        const { publisher, files } = PUBLISHERS[name].deliver(verdict, place);
        await publisher.publish(verdict, files);
        return { publisher: name, delivered: true, problem: null };
      } catch (error) {
        const problem = redactor.text(error instanceof Error ? error.message : String(error));
        place.screen.err(`The verdict stands, but ${name} was not told: ${problem}`);
        return { publisher: name, delivered: false, problem };
      }
    }),
  );
  try {
    const text = JSON.stringify({ run: verdict.run.id, decision: verdict.decision, told }, null, 2);
    writeFileAtomically(reportFiles(place.directory).deliveries, `${text}\n`);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    place.screen.err(`The verdict stands, but who was told could not be written: ${problem}`);
  }
}
