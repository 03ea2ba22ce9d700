import type { Element } from '@xmldom/xmldom';
import { firstLine } from '../cannot-tell.ts';
import { type ForeignOutcome, type ForeignTest, ranOutOfTime, type TestReport } from './test-report.ts';

/**
 * Nobody owns this format: what is read here are the members on which the writers of Surefire, Gradle, pytest, Jest,
 * Mocha, Go, GoogleTest and Playwright agree. https://github.com/testmoapp/junitxml describes them.
 */
const ROOTS: readonly string[] = ['testsuites', 'testsuite'];

/** With its zone: some write the time of their machine without it, which may be any. */
const ZONED = /(?:Z|[+-]\d\d:?\d\d)$/;
/** GoogleTest names tests that it was told to leave out, and gives them no child that says so. */
const LEFT_OUT: readonly string[] = ['notrun', 'skipped', 'suppressed', 'disabled'];
/** Surefire: a test that failed and then passed has these beside no `failure`. */
const PASSED_LATER: readonly string[] = ['flakyFailure', 'flakyError'];
/** Some mark a test that did not pass, and have no child that says what was wrong. */
const NOT_PASSED = /^(?:fail(?:ed|ure)?|error(?:ed)?|broken|abort(?:ed)?|interrupted|cancell?ed|timed?out)$/i;

/** Reads a report in the XML of JUnit. Rejects with an Error where it is none, or not well formed */
export async function readJunit(text: string): Promise<TestReport> {
  const { DOMParser, onErrorStopParsing } = await import('@xmldom/xmldom');
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
    text.replace(/^\uFEFF/, ''),
    'text/xml',
  ).documentElement;
  if (root === null || !ROOTS.includes(root.nodeName)) {
    throw new Error(`its outermost element is <${root?.nodeName ?? ''}>, and not <testsuites>`);
  }
  const tests = descendants(root, 'testcase').map(testOf);
  return {
    tests,
    errors: errorsOf(root, tests),
    saidTests: countOf(root, 'tests'),
    startedAt: earliest([root, ...descendants(root, 'testsuite')]),
  };
}

function testOf(testCase: Element): ForeignTest {
  const names = [testCase.getAttribute('classname'), testCase.getAttribute('name')];
  const name = names.filter((one) => one !== null && one !== '').join(' › ');
  const child = (...wanted: readonly string[]): Element | undefined =>
    childrenOf(testCase).find(({ nodeName }) => wanted.includes(nodeName));
  const saying = (outcome: ForeignOutcome, by: Element): ForeignTest => ({
    name,
    outcome,
    message: messageOf(by),
  });

  const failure = child('failure');
  if (failure !== undefined) {
    return saying(ranOutOfTime(messageOf(failure)) ? 'broken' : 'failed', failure);
  }
  const error = child('error');
  if (error !== undefined) return saying('broken', error);
  const skipped = child('skipped', 'disabled');
  if (skipped !== undefined) return saying('skipped', skipped);
  const marks = [testCase.getAttribute('status'), testCase.getAttribute('result')];
  if (marks.some((mark) => mark !== null && LEFT_OUT.includes(mark.toLowerCase())))
    return { name, outcome: 'skipped' };
  const marked = marks.find((mark) => NOT_PASSED.test(mark ?? ''));
  if (typeof marked === 'string') return { name, outcome: 'broken', message: marked };
  const flaky = child(...PASSED_LATER);
  return flaky === undefined ? { name, outcome: 'passed' } : saying('flaky', flaky);
}

/** What breaks outside of any test stands in the counts alone, and in `error` children of a suite. */
function errorsOf(root: Element, tests: readonly ForeignTest[]): readonly string[] {
  const ofSuites = [root, ...descendants(root, 'testsuite')].flatMap((suite) =>
    childrenOf(suite)
      .filter(({ nodeName }) => nodeName === 'error')
      .map((error) => messageOf(error) ?? 'an error of the suite'),
  );
  const listed = tests.filter(didNotHold).length;
  const counted = (countOf(root, 'failures') ?? 0) + (countOf(root, 'errors') ?? 0);
  if (ofSuites.length > 0) return ofSuites;
  if (counted > listed) return [`it counts ${counted} failures and errors, and lists ${listed}`];
  // The outermost element may have no counts, or others than those below it.
  return descendants(root, 'testsuite').flatMap((suite) => {
    const said = (numberAt(suite, 'failures') ?? 0) + (numberAt(suite, 'errors') ?? 0);
    const has = descendants(suite, 'testcase').map(testOf).filter(didNotHold).length;
    const name = suite.getAttribute('name') ?? '';
    return said > has ? [`its suite "${name}" counts ${said} failures and errors, and lists ${has}`] : [];
  });
}

function didNotHold({ outcome }: ForeignTest): boolean {
  return outcome === 'failed' || outcome === 'broken';
}

/** The count of the outermost element; where it has none, the sum over the suites directly in it. */
function countOf(root: Element, name: string): number | undefined {
  const own = numberAt(root, name);
  if (own !== undefined) return own;
  const inner = childrenOf(root)
    .filter(({ nodeName }) => nodeName === 'testsuite')
    .map((suite) => numberAt(suite, name));
  const known = inner.filter((count) => count !== undefined);
  return inner.length === 0 || known.length < inner.length
    ? undefined
    : known.reduce((sum, count) => sum + count, 0);
}

function numberAt(element: Element, name: string): number | undefined {
  const text = element.getAttribute(name) ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function earliest(suites: readonly Element[]): number | undefined {
  const moments = suites
    .map((suite) => suite.getAttribute('timestamp') ?? '')
    .filter((text) => ZONED.test(text))
    .map((text) => Date.parse(text))
    .filter((moment) => !Number.isNaN(moment));
  return moments.length === 0 ? undefined : Math.min(...moments);
}

function messageOf(element: Element): string | undefined {
  const message = element.getAttribute('message') ?? '';
  const text = message === '' ? (element.textContent ?? '') : message;
  return text.trim() === '' ? undefined : firstLine(text.trim());
}

function descendants(root: Element, name: string): readonly Element[] {
  return Array.from(root.getElementsByTagName(name));
}

function childrenOf(element: Element): readonly Element[] {
  return Array.from(element.childNodes).filter((node): node is Element => node.nodeType === 1);
}
