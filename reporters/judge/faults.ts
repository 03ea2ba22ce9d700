import type { Attempt, Evidence, Fault, Session } from '../../contract/evidence/evidence.ts';
import { attemptsByCheck } from './fold-check.ts';
import { attemptsOfSessions } from './fold-parts.ts';

/** All faults of a run: those that were reported, and those that the evidence shows by itself. Never a reason for NO_GO. */
export function faultsOf(evidence: Evidence): readonly Fault[] {
  const faults = [
    ...evidence.faults,
    ...evidence.sessions.flatMap((session, index) => sessionFaults(evidence, session, index)),
    ...unaskedFaults(evidence),
    ...duplicateFaults(evidence),
    ...strayFaults(evidence),
  ];
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = JSON.stringify([fault.kind, fault.message, fault.check]);
    return !seen.has(key) && seen.add(key);
  });
}

function sessionFaults(evidence: Evidence, session: Session, index: number): readonly Fault[] {
  const name = `Playwright session ${index} (${session.projects.join(', ') || 'no project'})`;
  const faults: Fault[] = [];
  const add = (kind: Fault['kind'], message: string): void =>
    void faults.push({ kind, message: `${name} ${message}` });
  if (session.status === null || session.endedAt === null) add('incomplete', 'never said how it ended');
  if (session.exitCode === null) add('incomplete', 'has no exit code: it was killed, or it still runs');
  if (session.status === 'interrupted') add('interrupted', 'was interrupted');
  if (session.status === 'timedout') add('deadline', 'was stopped by its time limit');
  if (session.ended < session.announced) {
    add('incomplete', `announced ${session.announced} tests, and ${session.ended} of them ended`);
  }
  const ownAttempts = evidence.attempts.filter((attempt) => attempt.session === index);
  const explained = ownAttempts.some(endsBadly) || evidence.faults.length > 0;
  if (session.exitCode !== null && session.exitCode !== 0) {
    if (session.status === 'passed') {
      add('runner', `said "passed" and ended with exit code ${session.exitCode}`);
    } else if (session.status === 'failed' && !explained) {
      add('runner', `failed with exit code ${session.exitCode}, and no test says why`);
    }
  }
  if (session.exitCode === 0 && session.status !== null && session.status !== 'passed') {
    add('runner', `said "${session.status}" and ended with exit code 0: another reporter changed the result`);
  }
  if (
    session.status === 'passed' &&
    lastAttempts(ownAttempts).some(({ status }) => status === 'failed' || status === 'timed-out')
  ) {
    add('runner', 'said "passed" although a test did not: another reporter changed the result');
  }
  return faults;
}

const ENDS_BADLY: Record<Attempt['status'], boolean> = {
  passed: false,
  failed: true,
  'timed-out': true,
  skipped: false,
  interrupted: true,
  'expected-failure': false,
  'no-result': true,
};

function endsBadly(attempt: Attempt): boolean {
  return ENDS_BADLY[attempt.status];
}

function lastAttempts(attempts: readonly Attempt[]): readonly Attempt[] {
  const last = new Map<string, Attempt>();
  for (const attempt of attempts) {
    const before = last.get(attempt.check);
    if (!before || attempt.retry >= before.retry) last.set(attempt.check, attempt);
  }
  return [...last.values()];
}

/** What no one asked for: checks outside the manifest, in another project, of another session, about another check. */
function unaskedFaults(evidence: Evidence): readonly Fault[] {
  const planned = new Map(evidence.manifest.map((check) => [check.id, check]));
  return evidence.attempts.flatMap((attempt) => {
    const check = planned.get(attempt.check);
    const fault = (message: string): Fault => ({ kind: 'unexpected-check', message, check: attempt.check });
    const faults: Fault[] = [];
    if (!check) faults.push(fault(`${attempt.check} ran, and the plan of this phase does not ask for it`));
    if (check && check.project !== attempt.project) {
      faults.push(
        fault(`${attempt.check} belongs to project ${check.project} and ran in "${attempt.project}"`),
      );
    }
    if (!evidence.sessions[attempt.session]) {
      faults.push(
        fault(`${attempt.check} ran in session ${attempt.session}, which is not part of this evidence`),
      );
    }
    for (const finding of attempt.findings) {
      if (finding.check !== attempt.check) {
        faults.push(fault(`${attempt.check} recorded a finding about ${finding.check}`));
      }
    }
    return faults;
  });
}

/** One statement, one test: two tests under one id would hide each other. Parts of a shared run repeat some. */
function duplicateFaults(evidence: Evidence): readonly Fault[] {
  const byPart = evidence.parts?.map(({ sessions }) => attemptsOfSessions(evidence, sessions));
  return (byPart ?? [evidence.attempts]).flatMap(duplicatesAmong);
}

function duplicatesAmong(all: readonly Attempt[]): readonly Fault[] {
  return [...attemptsByCheck(all)].flatMap(([check, attempts]): Fault[] => {
    const tests = new Set(
      attempts.map(({ session, project, title }) => JSON.stringify([session, project, title])),
    );
    const tries = new Set(attempts.map(({ session, retry }) => `${session}/${retry}`));
    if (tests.size === 1 && tries.size === attempts.length) return [];
    return [{ kind: 'duplicate-check', message: `${check} is the id of more than one test`, check }];
  });
}

/** Where several machines share a run, what ran outside of the shares that were dealt out. */
function strayFaults({ parts, attempts, sessions }: Evidence): readonly Fault[] {
  if (parts === undefined) return [];
  const partOf = new Map(parts.flatMap((part) => part.sessions.map((session) => [session, part] as const)));
  const shares = new Map(parts.map((part) => [part, new Set(part.checks)]));
  const homeless = sessions.flatMap((_, index): Fault[] =>
    partOf.has(index) ? [] : [{ kind: 'shards', message: `Playwright session ${index} belongs to no part` }],
  );
  const stray = attempts.flatMap(({ check, session }): Fault[] => {
    const part = partOf.get(session);
    if (part === undefined || shares.get(part)?.has(check) === true) return [];
    return [
      { kind: 'unexpected-check', message: `${check} ran in ${part.name}, which was not to run it`, check },
    ];
  });
  return [...homeless, ...stray];
}
