import type { ForeignReport } from '../../contract/plan/probes/command.ts';
import { atLeast, atMost, type Statement } from '../../contract/flow/statement.ts';
import { CannotTell } from '../cannot-tell.ts';
import { couldNotAsk } from '../probes/could-not-ask.ts';
import type { ForeignOutcome, ForeignTest, TestReport } from './test-report.ts';

/** What a suite says about the product. */
export interface ReportSummary {
  readonly statements: readonly Statement[];
  /** How many tests said something. */
  readonly judged: number;
  /** Of tests that failed, in words. */
  readonly wrong: string | undefined;
}

/**
 * Judges the tests of a suite. One that failed stands, whatever happened to the others. One that broke says nothing about
 * the product, as any throw that is no assertion: a report that tells the two apart is taken at its word.
 * @throws CannotTell where no test failed and the suite does not say enough
 */
export function summarizeReport(
  report: TestReport,
  wanted: Pick<ForeignReport, 'atLeast' | 'allowedSkips'>,
): ReportSummary {
  const tests = report.tests.map(withoutOwnTrouble);
  const of = (outcome: ForeignOutcome): readonly ForeignTest[] =>
    tests.filter((test) => test.outcome === outcome);
  const [failed, broken, flaky] = [of('failed'), of('broken'), of('flaky')];
  const [passed, skipped] = [of('passed').length, of('skipped').length];
  const told = `of ${tests.length} ${tests.length === 1 ? 'test' : 'tests'}`;
  if (failed.length === 0) {
    const [error] = report.errors;
    if (error !== undefined) {
      throw new CannotTell('tests-broken', `its tests broke outside of any test: ${error.trim()}`, {
        remedy: 'put the set-up of the suite right: it says nothing about the target',
      });
    }
    refuseAny(broken, 'tests-broken', `${told} broke`, 'put them right: they say nothing about the target');
    refuseAny(
      flaky,
      'tests-flaky',
      `${told} passed only when repeated`,
      'find out why it failed first; or let the suite run without retries',
    );
    if (skipped > wanted.allowedSkips) {
      throw new CannotTell(
        'tests-skipped',
        `${skipped} ${told} were skipped, and the plan allows ${wanted.allowedSkips}`,
        { remedy: 'let them run, or raise report.allowedSkips' },
      );
    }
    if (passed < wanted.atLeast) {
      const words = tests.length === 0 ? 'no test ran' : `${passed} ${told} passed`;
      throw new CannotTell('too-few-tests', `${words}, and the plan wants ${wanted.atLeast} at least`, {
        remedy: 'correct what selects the tests; or lower report.atLeast if there are no more',
      });
    }
  }
  const [first] = failed;
  return {
    statements: [
      atMost('tests that failed', failed.length, 0),
      atLeast('tests that passed', passed, wanted.atLeast),
      atMost('tests that were skipped', skipped, wanted.allowedSkips),
    ],
    judged: passed + failed.length,
    wrong: first && `${failed.length} ${told} failed: ${inWords(first)}`,
  };
}

/** A test that could not reach the target, or was not let in, failed for a reason that nobody here can tell. */
function withoutOwnTrouble(test: ForeignTest): ForeignTest {
  if (test.outcome !== 'failed' || test.message === undefined) return test;
  return couldNotAsk([test.message]) === undefined ? test : { ...test, outcome: 'broken' };
}

function refuseAny(tests: readonly ForeignTest[], word: string, what: string, remedy: string): void {
  const [first] = tests;
  if (first === undefined) return;
  throw new CannotTell(word, `${tests.length} ${what}: ${inWords(first)}`, { remedy });
}

function inWords({ name, message }: ForeignTest): string {
  return message === undefined || message === '' ? name : `${name}: ${message}`;
}
