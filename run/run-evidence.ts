import type { Attestation } from '../contract/evidence/attestation.ts';
import type { Evidence, Fault, Leftover, NotStarted, Session } from '../contract/evidence/evidence.ts';
import { nameOfPart, type Part } from '../contract/evidence/shard.ts';
import type { PreparedRun } from './run-prepare.ts';
import type { SessionEnd } from './runner.ts';

/** What all stages of a run left. */
export interface StagesEnd {
  readonly sessions: readonly SessionEnd[];
  readonly notStarted: readonly NotStarted[];
  /** Why Playwright could not be started at all. */
  readonly faults: readonly Fault[];
}

/** What the command line itself saw, besides the sessions. */
export interface Around {
  readonly faults: readonly Fault[];
  readonly leftovers: readonly Leftover[];
  /** What people have stated so far. */
  readonly attestations?: readonly Attestation[];
  /** When the run came to its end; absent while it goes on, and after a crash. */
  readonly endedAt?: string;
}

/** Puts the fragments of all sessions and what went wrong around them together to one evidence. */
export function assembleEvidence(
  run: Pick<PreparedRun, 'head' | 'manifest' | 'request' | 'shared'>,
  stages: StagesEnd,
  around: Around,
): Evidence {
  const fragments = stages.sessions.flatMap((session) => session.fragment ?? []);
  return {
    ...run.head,
    run: { ...run.head.run, endedAt: around.endedAt ?? null },
    manifest: [...run.manifest],
    sessions: stages.sessions.map(sessionOf),
    attempts: fragments.flatMap((fragment) => fragment.attempts),
    notStarted: [...stages.notStarted],
    faults: [
      ...stages.sessions.flatMap(sessionFaults),
      ...fragments.flatMap((fragment) => fragment.faults),
      ...(run.request.grep === undefined
        ? []
        : [incomplete(`the run was narrowed with --grep ${run.request.grep}`)]),
      ...(run.shared === undefined ? [] : [onlyPart(run.shared.part)]),
      ...stages.faults,
      ...around.faults,
    ],
    attestations: [...(around.attestations ?? [])],
    leftovers: [...around.leftovers],
  };
}

function sessionOf(end: SessionEnd): Session {
  const report = end.fragment?.report;
  return {
    projects: [...end.projects],
    startedAt: end.startedAt,
    endedAt: end.endedAt,
    exitCode: end.exitCode,
    status: report?.status ?? null,
    announced: report?.announced ?? 0,
    ended: report?.ended ?? 0,
  };
}

/** What only we could see of how a session ended; what its record and exit code say is for the judge. */
function sessionFaults(end: SessionEnd): Fault[] {
  const name = `the session of ${end.projects.join(' and ')}`;
  const faults: Fault[] = [];
  if (end.cut === 'interrupted') {
    faults.push({ kind: 'interrupted', message: `${name} was interrupted` });
  }
  if (end.cut === 'deadline') {
    faults.push({ kind: 'deadline', message: `${name} was not done when the run's deadline came` });
  }
  if (end.signal !== null && end.cut === undefined) {
    faults.push({ kind: 'runner', message: `Playwright was ended by ${end.signal} in ${name}` });
  }
  if (end.wordProblem !== undefined) {
    faults.push({
      kind: 'runner',
      message: `${name}: what may start could not be decided: ${end.wordProblem}`,
    });
  }
  if (end.fragment === undefined) {
    const words = end.lastLines.length === 0 ? '' : `; it said: ${end.lastLines.join('\n')}`;
    faults.push(
      incomplete(
        `${name} left no record: ${end.fragmentProblem ?? 'none was written'}, exit code ${end.exitCode}${words}`,
      ),
    );
    return faults;
  }
  if (!end.fragment.final) faults.push(incomplete(`${name} was cut short: its record was never finished`));
  return faults;
}

function incomplete(message: string): Fault {
  return { kind: 'incomplete', message };
}

function onlyPart(part: Part): Fault {
  return {
    kind: 'shards',
    message: `This is ${nameOfPart(part)}: \`greenlight merge\` answers, once it has every part.`,
  };
}
