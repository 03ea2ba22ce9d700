import type { Finding } from '../../contract/evidence/finding.ts';
import type { RecordedSpecTest, SpecRecord } from '../../contract/evidence/spec-record.ts';
import { SpecOutcome, type SpecReport, type SpecTest } from '../../contract/evidence/spec-report.ts';
import type { PlannedCheck } from '../../contract/plan/checks.ts';
import { type Place, placeOf } from '../../contract/plan/addresses.ts';
import { pathsOf, type SpecCheck } from '../../contract/plan/spec-check.ts';
import { FAILED_THEN_PASSED, foldCheck, UNCLEAR_THEN_PASSED } from '../../reporters/judge/fold-check.ts';
import { isNamedProject } from './project-name.ts';
import type { SpecEnd } from './run-spec.ts';

/** What is known of one run of a user's spec. */
export interface SpecSeen {
  readonly spec: SpecCheck;
  readonly check: PlannedCheck;
  /** Addresses of the target. */
  readonly urls: readonly string[];
  /** Addresses that the plan knows and that are not the target's: the old system's, those of third parties. */
  readonly elsewhere: readonly string[];
  /** Absolute paths, in the order of `pathsOf`. */
  readonly paths: readonly string[];
  readonly configFile: string;
  readonly end: SpecEnd;
}

type Doubt = Pick<Finding, 'cause' | 'summary' | 'remedy'>;

/** Tests that the report names one by one; the numbers count all of them. */
const MOST_TESTS = 100;

/**
 * What a user's spec says about the target, as one finding. Each test is judged as one of a user's own checks is; a test
 * that failed stands whatever happened to the others, and everything else that is not a pass is `unknown`.
 */
export function specFinding(seen: SpecSeen): Finding {
  const { check, end, spec } = seen;
  const { record } = end;
  if (record === undefined) return { check: check.id, outcome: 'unknown', ...withoutRecord(seen) };
  const told = record.tests.map((test) => classifyTest(test, seen));
  const report = reportOf(spec, record, told);
  const finding = {
    check: check.id,
    sampleSize: report.counts.passed,
    detail: { kind: 'spec' as const, spec: report },
  };
  // Tests that asked another system say nothing about this one, whatever they said.
  const elsewhere = otherTarget(seen, record);
  if (elsewhere !== undefined) return { ...finding, outcome: 'unknown', ...elsewhere };
  const failed = told.filter(({ outcome }) => outcome === 'failed');
  const [first] = failed;
  if (first !== undefined) {
    const { cause } = first;
    const summary = `${share(failed, told)} failed: ${wordsOf(first)}${cutShort(seen)}`;
    return { ...finding, outcome: 'fail', cause, summary };
  }
  const doubt = doubtOf(seen, record, told);
  if (doubt !== undefined) return { ...finding, outcome: 'unknown', ...doubt };
  const { passed, skipped } = report.counts;
  const expected = report.counts['expected-failure'];
  const summary = [
    `${passed} ${passed === 1 ? 'test' : 'tests'} passed`,
    ...(expected > 0 ? [`${expected} failed as expected`] : []),
    ...(skipped > 0 ? [`${skipped} skipped, which the plan allows`] : []),
  ].join(', ');
  return { ...finding, outcome: 'pass', summary };
}

interface ClassifiedTest extends SpecTest {
  readonly cause: string;
}

function classifyTest(test: RecordedSpecTest, { check }: SpecSeen): ClassifiedTest {
  const { title, project, at } = test;
  const told = (outcome: SpecOutcome, cause: string, error?: string): ClassifiedTest => ({
    title,
    project,
    at,
    outcome,
    cause,
    ...(error === undefined ? {} : { error }),
  });
  const last = test.attempts.at(-1);
  if (test.failedAsExpected !== null && last?.status === 'expected-failure') {
    return test.failedAsExpected
      ? told('expected-failure', 'expected-to-fail')
      : told(
          'unknown',
          'expected-to-fail',
          'did not fail, although its author expects it to: take test.fail() out',
        );
  }
  // One of the user's own checks, as far as the judge is concerned.
  const asOwn: PlannedCheck = { ...check, source: 'own', sampleFloor: 0 };
  const { state, cause, summary } = foldCheck(asOwn, test.attempts, [], null);
  if (state === 'passed') return told('passed', '');
  if (state === 'failed' || state === 'flaky') return told(state, cause ?? state, summary);
  if (cause === 'skipped') return told('skipped', cause, last?.errors[0]?.message);
  if (state === 'not-run') return told('not-run', cause ?? state, summary);
  return told('unknown', cause ?? state, summary);
}

function reportOf(spec: SpecCheck, record: SpecRecord, told: readonly ClassifiedTest[]): SpecReport {
  const of = (outcome: SpecOutcome): number => told.filter((test) => test.outcome === outcome).length;
  const counts = Object.fromEntries(SpecOutcome.options.map((outcome) => [outcome, of(outcome)]));
  const inOrder = [
    ...told.filter(({ outcome }) => outcome !== 'passed'),
    ...told.filter(({ outcome }) => outcome === 'passed'),
  ];
  return {
    files: [...pathsOf(spec)],
    addresses: record.addresses,
    counts: counts as SpecReport['counts'],
    tests: inOrder.slice(0, MOST_TESTS).map(({ cause: _, ...test }) => test),
    more: Math.max(0, told.length - MOST_TESTS),
  };
}

/** Why nothing is known: Playwright never came to our reporter. */
function withoutRecord({ end, configFile, spec }: SpecSeen): Doubt {
  if (end.late) return late(spec);
  const said = end.lastLines.map((line) => line.trim()).filter((line) => line !== '');
  const reason = said.find((line) => /^(?:\w*Error\b|error:)/i.test(line)) ?? said.at(-1);
  const how = end.signal === null ? `with code ${end.exitCode}` : `by ${end.signal}`;
  return {
    cause: 'playwright-broke',
    summary: `Playwright ended ${how} before it ran a test${reason === undefined ? '' : `: ${reason}`}`,
    remedy: `run it by hand: npx playwright test --config ${configFile}`,
  };
}

/** The reasons for which no answer can be given, the first one that holds; undefined when the tests speak for themselves. */
function doubtOf(seen: SpecSeen, record: SpecRecord, told: readonly ClassifiedTest[]): Doubt | undefined {
  const { end, spec } = seen;
  if (end.late) return late(spec);
  return (
    notLoaded(seen, record) ??
    interrupted(seen, record) ??
    unsettled(told) ??
    outside(record) ??
    notStarted(told) ??
    skipped(spec, told) ??
    // First: a policy may accept what is flaky, and never what nobody has seen.
    (isRedForFlaky(seen, record, told) ? undefined : saidOtherwise(seen, record)) ??
    flaky(told) ??
    nothingPassed(told)
  );
}

function late({ timeoutMinutes }: SpecCheck): Doubt {
  return {
    cause: 'timed-out',
    summary: `its tests had not ended after ${timeoutMinutes} minutes`,
    remedy: 'raise timeoutMinutes of the check, or let it run fewer tests (grep, projects)',
  };
}

function otherTarget({ urls, elsewhere }: SpecSeen, { addresses }: SpecRecord): Doubt | undefined {
  const other = addresses.find((address) => !isTarget(address, urls, elsewhere));
  return other === undefined
    ? undefined
    : {
        cause: 'other-target',
        summary: `its Playwright configuration asks ${other} (baseURL), which is no address of the target`,
        remedy:
          'let the configuration read its baseURL from a variable and set that with env, or read GREENLIGHT_TARGET_URL; an address that belongs to the target stands in target.urls',
      };
}

/** Whether an address has the origin of the target, and no longer base of another system on the same host. */
function isTarget(address: string, urls: readonly string[], elsewhere: readonly string[]): boolean {
  const asked = parsed(address);
  if (asked === undefined || urls.every((url) => parsed(url)?.origin !== asked.origin)) return false;
  const place = (name: 'own' | 'elsewhere', url: string): Place => ({
    name,
    url: parsed(url)?.href ?? url,
    headers: {},
    thirdParty: false,
  });
  const places = [
    ...urls.map((url) => place('own', url)),
    ...elsewhere.map((url) => place('elsewhere', url)),
  ];
  return placeOf(asked.href, places)?.name !== 'elsewhere';
}

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

const NO_TESTS = /^Error: No tests found/;

function notLoaded({ spec, paths, configFile }: SpecSeen, record: SpecRecord): Doubt | undefined {
  const broken = record.errors.find((error) => !NO_TESTS.test(error));
  if (record.tests.length === 0 && broken !== undefined) {
    return {
      cause: 'spec-not-loaded',
      summary: `no test could be run: ${firstWords(broken)}`,
      remedy: `put it right; npx playwright test --config ${configFile} shows the same`,
    };
  }
  if (record.shard) {
    return {
      cause: 'only-a-part',
      summary: 'its Playwright configuration runs only one shard of the tests',
      remedy: 'take `shard` out of the configuration',
    };
  }
  const empty = pathsOf(spec).filter((_, index) => {
    const path = paths[index];
    return path === undefined || !record.tests.some((test) => test.paths.includes(path));
  });
  if (empty.length === 0) return withoutTests(spec, record, configFile);
  const matching = spec.grep === undefined ? '' : ` that matches ${spec.grep}`;
  const inProjects = spec.projects === undefined ? '' : ` for ${spec.projects.join(', ')}`;
  return {
    cause: 'no-tests',
    summary: `no test${matching} was found in ${empty.join(', ')}${inProjects}`,
    remedy: `${spec.grep === undefined ? '' : 'correct grep; or '}let testDir and testMatch of ${configFile} take it in; what has no test to run is no part of the check`,
  };
}

/** A project that the plan names and in which nothing was to run. */
function withoutTests(
  { projects = [] }: SpecCheck,
  record: SpecRecord,
  configFile: string,
): Doubt | undefined {
  const without = projects.filter((wanted) =>
    record.tests.every(({ project }) => !isNamedProject(project, wanted)),
  );
  if (without.length === 0) return undefined;
  return {
    cause: 'no-tests',
    summary: `no test of it runs in ${without.join(', ')}`,
    remedy: `let testMatch and grep of ${configFile} take it in there; or take the project out of the check`,
  };
}

function interrupted({ end }: SpecSeen, record: SpecRecord): Doubt | undefined {
  if (record.status === 'interrupted') {
    return { cause: 'interrupted', summary: 'its tests were interrupted', remedy: 'run it again' };
  }
  if (end.signal === null && record.final) return undefined;
  const how = end.signal === null ? `with code ${end.exitCode}` : `by ${end.signal}`;
  return {
    cause: 'playwright-broke',
    summary: `Playwright ended ${how} before it had told its reporters that the tests were over`,
    remedy: 'look for a test, a set-up or a reporter of yours that ends the process',
  };
}

/** The missing browser is no matter of one test: it is named with what installs it. */
const NO_BROWSER = /executable doesn't exist|playwright install/i;

function unsettled(told: readonly ClassifiedTest[]): Doubt | undefined {
  const unclear = told.filter(({ outcome }) => outcome === 'unknown');
  const missing = unclear.find(({ error = '' }) => NO_BROWSER.test(error));
  if (missing !== undefined) {
    return {
      cause: 'browser-missing',
      summary: `${share(unclear, told)} could not tell: ${wordsOf(missing)}`,
      remedy:
        'npx playwright install; or name a browser in the configuration (use.launchOptions.executablePath)',
    };
  }
  const [first] = unclear;
  if (first === undefined) return undefined;
  const { cause } = first;
  const summary = `${share(unclear, told)} could not tell: ${wordsOf(first)}`;
  return {
    cause,
    summary,
    remedy: REMEDY_OF[cause] ?? 'put the test right: it says nothing about the target',
  };
}

const REMEDY_OF: Readonly<Record<string, string>> = {
  'compared-nothing': 'say with `expect` what must hold, await it; or leave the test out of the check (grep)',
  'own-network': 'set target.control, an address that answers whenever your own network works',
  'expected-to-fail': 'take test.fail() out of a test that passes',
};

/** Set-ups, tear-downs, and what happened outside of any test. */
function outside({ errors, others }: SpecRecord): Doubt | undefined {
  const [other] = others;
  if (other !== undefined) {
    return {
      cause: 'set-up-broke',
      summary: `what its tests depend on did not pass: ${other}`,
      remedy: 'put that right first: tests without their set-up say nothing about the target',
    };
  }
  const [error] = errors;
  return error === undefined
    ? undefined
    : {
        cause: 'error-outside-tests',
        summary: `Playwright reported an error outside of its tests: ${firstWords(error)}`,
        remedy: 'put it right: what the tests said beside it cannot be relied on',
      };
}

function notStarted(told: readonly ClassifiedTest[]): Doubt | undefined {
  const left = told.filter(({ outcome }) => outcome === 'not-run');
  const [first] = left;
  return (
    first && {
      cause: 'not-run',
      summary: `${share(left, told)} did not run: ${wordsOf(first)}`,
      remedy: 'look for maxFailures, globalTimeout, or a serial group in which a test failed',
    }
  );
}

function skipped({ allowSkipped }: SpecCheck, told: readonly ClassifiedTest[]): Doubt | undefined {
  const left = told.filter(({ outcome }) => outcome === 'skipped');
  const [first] = left;
  if (first === undefined || (allowSkipped && left.length < told.length)) return undefined;
  const all = left.length === told.length;
  return {
    cause: 'skipped',
    summary: all
      ? `every test was skipped: ${wordsOf(first)}`
      : `${share(left, told)} was skipped: ${wordsOf(first)}`,
    remedy: all
      ? 'let at least one of them run'
      : 'let it run, leave it out of the check (grep), or set allowSkipped: true',
  };
}

/** Whether the configuration explains why Playwright calls a run failed whose tests all hold in the end. */
function isRedForFlaky({ end }: SpecSeen, record: SpecRecord, told: readonly ClassifiedTest[]): boolean {
  return told.some(isFlaky) && record.failsOnFlaky && record.status === 'failed' && end.exitCode === 1;
}

function isFlaky({ outcome }: ClassifiedTest): boolean {
  return outcome === 'flaky';
}

/** With the cause by which the judge knows it: what a flaky test means is for the policy to say. */
function flaky(told: readonly ClassifiedTest[]): Doubt | undefined {
  const again = told.filter(isFlaky);
  const first = again.find(({ cause }) => cause === FAILED_THEN_PASSED) ?? again[0];
  return (
    first && {
      cause: first.cause === FAILED_THEN_PASSED ? FAILED_THEN_PASSED : UNCLEAR_THEN_PASSED,
      summary: `${share(again, told)} passed only when it was tried again: ${wordsOf(first)}`,
    }
  );
}

function nothingPassed(told: readonly ClassifiedTest[]): Doubt | undefined {
  return told.some(({ outcome }) => outcome === 'passed')
    ? undefined
    : {
        cause: 'compared-nothing',
        summary: 'no test passed: those that there are were skipped, or are expected to fail',
        remedy: 'add a test that is to pass',
      };
}

/** The tests are fine and Playwright says that something is not: whatever it is, nobody has seen it. */
function saidOtherwise({ end }: SpecSeen, { status }: SpecRecord): Doubt | undefined {
  return end.exitCode === 0 && status === 'passed'
    ? undefined
    : {
        cause: 'contradiction',
        summary: `its tests passed, and Playwright ended with code ${end.exitCode} and the status ${status}`,
        remedy: 'look into its output: a reporter or a tear-down of yours may have ended it',
      };
}

function cutShort({ end }: SpecSeen): string {
  return end.late ? '; the others had no more time' : '';
}

function share(some: readonly ClassifiedTest[], all: readonly ClassifiedTest[]): string {
  return `${some.length} of ${all.length} ${all.length === 1 ? 'test' : 'tests'}`;
}

function wordsOf({ title, at, error }: ClassifiedTest): string {
  return `"${title}" (${at})${error === undefined ? '' : `: ${error}`}`;
}

function firstWords(error: string): string {
  const lines = error.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(0, 2)
    .join('; ');
}
