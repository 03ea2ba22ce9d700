import { SUBJECT, type VerdictStatement } from '../contract/verdict/proof.ts';
import type { Phase } from '../contract/evidence/outcome.ts';
import { CLOCK_SKEW_MS } from '../contract/verdict/clock-skew.ts';
import { type Refusal, refusal, type RefusalCode } from './refusal.ts';

/** What the deploying side is about to do. What is undefined is not compared. */
export interface Expected {
  readonly target: string;
  readonly phase: Phase;
  readonly nonce: string | undefined;
  readonly release: string | undefined;
  /** All digits. */
  readonly commit: string | undefined;
  /** `sha256:<hex>`. */
  readonly artifact: string | undefined;
  readonly urls: Readonly<Record<string, string>>;
  readonly planDigest: string | undefined;
  readonly policyDigest: string | undefined;
  /** Minutes since the decision. */
  readonly maxAge: number | undefined;
}

/**
 * Everything in a statement that does not allow what is expected, all at once.
 * @param now milliseconds since 1970
 */
export function compareStatement(
  statement: VerdictStatement,
  expected: Expected,
  now: number,
): readonly Refusal[] {
  const { predicate, subject } = statement;
  const said = predicate.greenlight;
  const digestOf = (name: string, algorithm: string): string | undefined =>
    subject.find((one) => one.name === name)?.digest[algorithm];
  const artifact = digestOf(SUBJECT.artifact, 'sha256');
  const refusals: Refusal[] = [];
  if (said.decision !== 'GO' || predicate.result === 'FAILED' || predicate.failedTests.length > 0) {
    refusals.push(
      refusal('not-go', `The verdict is ${said.decision} (${predicate.result}), and only GO allows.`),
    );
  }
  const compare = (code: RefusalCode, what: string, found: string | undefined, wanted?: string): void => {
    if (wanted === undefined || found === wanted) return;
    const instead = found === undefined ? `names no ${what}` : `is about the ${what} ${found}`;
    refusals.push(refusal(code, `It ${instead}, and ${wanted} is asked for.`));
  };
  compare('other-target', 'target', said.target, expected.target);
  compare('other-phase', 'phase', said.run.phase, expected.phase);
  compare('other-nonce', 'nonce', said.run.nonce, expected.nonce);
  compare('other-release', 'release', said.release?.id, expected.release);
  compare('other-commit', 'commit', digestOf(SUBJECT.commit, 'gitCommit'), expected.commit?.toLowerCase());
  compare('other-artifact', 'artifact', artifact && `sha256:${artifact}`, expected.artifact);
  compare('other-plan', 'plan', said.planDigest, expected.planDigest);
  compare('other-policy', 'policy', said.policyDigest, expected.policyDigest);
  for (const [name, url] of Object.entries(expected.urls)) {
    compare(
      'other-url',
      `address "${name}"`,
      Object.hasOwn(said.urls, name) ? said.urls[name] : undefined,
      url,
    );
  }
  return [...refusals, ...compareTimes(said, expected.maxAge, now)];
}

function compareTimes(
  said: Pick<VerdictStatement['predicate']['greenlight'], 'decidedAt' | 'expiresAt' | 'startedAt'>,
  maxAge: number | undefined,
  now: number,
): readonly Refusal[] {
  const [started, decided, expires] = [said.startedAt, said.decidedAt, said.expiresAt].map(Date.parse) as [
    number,
    number,
    number,
  ];
  const at = new Date(now).toISOString();
  const refusals: Refusal[] = [];
  // Written as "not in order", so that a time that is no number is refused too.
  if (!(started <= decided && decided < expires)) {
    refusals.push(
      refusal(
        'malformed',
        `Its times are in no order: ${said.startedAt}, ${said.decidedAt}, ${said.expiresAt}.`,
      ),
    );
  }
  if (!(decided <= now + CLOCK_SKEW_MS)) {
    refusals.push(refusal('from-the-future', `It was decided at ${said.decidedAt}, and it is ${at} here.`));
  }
  if (!(now < expires)) refusals.push(refusal('expired', `It expired at ${said.expiresAt}; it is ${at}.`));
  if (maxAge !== undefined && !(now - decided <= maxAge * 60_000)) {
    refusals.push(
      refusal('too-old', `It was decided at ${said.decidedAt}, more than ${maxAge} minutes before ${at}.`),
    );
  }
  return refusals;
}
