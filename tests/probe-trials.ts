import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { Probe } from '../contract/plan/probe.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** What was tried, in words, and the title of the test or the name of the case that tries it. */
type Trial = readonly [says: string, title: string];

/** What shows that a kind of probe finds its fault and lets what is well pass. */
export interface ProbeTrials {
  readonly file: string;
  /** It fails. */
  readonly faults: readonly [Trial, ...Trial[]];
  /** The same without the fault: it passes. */
  readonly twin: Trial;
}

const STATE = 'tests/contracts/state';
const SUITES = 'tests/unit/suites';

/** For every kind: a kind without a fault and its twin does not compile, and one whose test is gone fails a test. */
export const PROBE_TRIALS: Readonly<Record<Probe['kind'], ProbeTrials>> = {
  endpoints: {
    file: `${SUITES}/probes.test.ts`,
    faults: [
      ['a body of another shape', 'fail with another shape, and do not show what is there'],
      ['another status', 'another status'],
    ],
    twin: ['bodies of the shape', 'pass with bodies of the shape, also with fields beside it'],
  },
  health: {
    file: 'tests/runner/suites/suites.test.ts',
    faults: [
      ['it says that all is well, and a witness does not work', 'health-does-not-lie'],
      ['it has another shape', 'health-has-a-version'],
    ],
    twin: ['it is right, and its witness confirms it', 'health-is-true'],
  },
  webhook: {
    file: 'tests/runner/suites/suites.test.ts',
    faults: [
      ['a delivery that was signed too long ago is taken', 'webhook-ageless'],
      ['a delivery that is signed with a wrong secret is taken', 'webhook-gullible'],
      ['there is no receiver', 'webhook-absent'],
    ],
    twin: ['a receiver that judges all rightly', 'webhook-strict'],
  },
  parity: {
    file: `${SUITES}/parity.test.ts`,
    faults: [
      ['a value differs', 'a value'],
      ['a security header is gone', 'a security header that is gone'],
      ['a list lost its end', 'a list that lost its end'],
    ],
    twin: ['equal answers', 'equal answers pass, with a count and what it is worth'],
  },
  guards: {
    file: `${SUITES}/parity.test.ts`,
    faults: [
      [
        'a route lets in somebody whom old refuses',
        'a route that lets in somebody whom old refuses fails, and says whom',
      ],
      ['a route refuses somebody whom old lets in', 'a route that refuses somebody whom old lets in fails'],
    ],
    twin: ['equal guards', 'equal guards pass, also with another status of the same class'],
  },
  tls: {
    file: 'tests/contracts/application/tls-probe.test.ts',
    faults: [
      ['a stranger signed it', 'a stranger signed it'],
      ['another name', 'another name'],
      ['too few days are left', 'too few days'],
      ['an old protocol', 'an old protocol'],
    ],
    twin: [
      'a good certificate at a pinned address',
      'a good certificate at a pinned address, by the name that is asked for',
    ],
  },
  dns: {
    file: `${SUITES}/dns/dns-look.test.ts`,
    faults: [
      ['a TTL that is a second too long', 'a TTL that is a second too long'],
      ['one of two addresses is the old one', 'one of two addresses is the old one'],
      ['a server that fails', 'a server that fails'],
    ],
    twin: ['a record with a short TTL', 'a record with a short TTL'],
  },
  headers: {
    file: `${SUITES}/headers-probe.test.ts`,
    faults: [
      ['no HSTS', 'no HSTS'],
      ['a policy that only reports', 'a policy that only reports'],
      ['no nosniff', 'no nosniff'],
    ],
    twin: ['a site that sends what every site should', 'a site that sends what every site should'],
  },
  window: {
    file: `${SUITES}/window-probe.test.ts`,
    faults: [
      ['a second before it opens', '2026-12-01T01:59:59Z'],
      ['a freeze', 'in a freeze nothing may move, its last day included'],
    ],
    twin: ['the second in which it opens', '2026-12-01T02:00:00Z'],
  },
  command: {
    file: `${SUITES}/command-probe.test.ts`,
    faults: [
      ['another exit code', 'ends otherwise'],
      ['another number in its JSON', 'prints another number'],
      ['a test of its suite failed, and it ended with 0', 'fails and ends with 0'],
    ],
    twin: ['it prints the right JSON', 'prints the right JSON'],
  },
  query: {
    file: `${SUITES}/query-probe.test.ts`,
    faults: [
      ['an entry too many', 'an entry too many'],
      ['too few panels', 'too few panels'],
      ['another state', 'another state'],
    ],
    twin: ['no entries', 'no entries'],
  },
  backends: {
    file: `${SUITES}/backends-probe.test.ts`,
    faults: [
      [
        'one bad node of four',
        'one bad node of four is named, with its share and its interval, however connections fall',
      ],
      ['another release on one of them', 'another release on one of them'],
    ],
    twin: ['all are well', 'all well, told apart by %o'],
  },
  open: {
    file: `${SUITES}/open/open-look.test.ts`,
    faults: [
      ['who is not logged in is let in', 'is let in'],
      ["another user's order is given", 'is given'],
    ],
    twin: ['it gets the log-in', 'gets the log-in with 200'],
  },
  'rate-limit': {
    file: `${SUITES}/rate-limit-probe.test.ts`,
    faults: [
      ['there is no limit', 'is not there: not one request more than planned is sent'],
      ['no Retry-After', 'no Retry-After'],
      ['it ends later than it says', 'ends later than it says'],
    ],
    twin: [
      'it refuses, says for how long, and ends',
      'refuses, says for how long, and ends: its fields are told',
    ],
  },
  queue: {
    file: `${STATE}/queue-probe.test.ts`,
    faults: [
      ['too many waiting', 'too many waiting'],
      ['one that failed', 'one that failed, in a list'],
      ['an old one', 'an old one'],
      ['nobody takes its jobs', 'jobs that nobody takes, and jobs that somebody takes while others come'],
    ],
    twin: ['within its limits', 'within its limits'],
  },
  flags: {
    file: `${STATE}/switches.test.ts`,
    faults: [['a flag off, on, rolled out otherwise, or not there', 'as planned; and each other way']],
    twin: ['flags as planned', 'as planned; and each other way'],
  },
  breakers: {
    file: `${STATE}/switches.test.ts`,
    faults: [
      ['open, half open, or not there', 'closed, open, half open, and not there'],
      [
        'that of the test provider does not trip',
        'that does not trip, or stays open, fails; one that is open already says nothing',
      ],
    ],
    twin: ['closed', 'closed, open, half open, and not there'],
  },
  backup: {
    file: `${STATE}/backup.test.ts`,
    faults: [
      ['too old, too small, too few', 'new enough, large enough, enough of them; and each that is not'],
      ['the archiver of PostgreSQL fails', 'archives, and fails'],
    ],
    twin: ['new, large and many enough', 'new enough, large enough, enough of them; and each that is not'],
  },
  restore: {
    file: `${STATE}/restore.test.ts`,
    faults: [
      ['rows that are missing', 'rows that are missing'],
      ['a table that is missing', 'a table that is missing'],
      ['an archive that is broken', 'an archive that is broken'],
      ['it takes too long', 'a time that is too long'],
    ],
    twin: ['one that can be restored', 'a back-up that can be restored, by pg_dump and pg_restore'],
  },
  'old-kept': {
    file: `${STATE}/old-kept.test.ts`,
    faults: [
      ['it answers without its words', 'in maintenance, with its words; or not'],
      ['its database takes writes', 'takes writes; is read-only; is read-only but for a role'],
    ],
    twin: ['its database is read-only', 'takes writes; is read-only; is read-only but for a role'],
  },
  rls: {
    file: `${STATE}/rls.test.ts`,
    faults: [
      ['a row that only the API shows', 'a row that only the API shows is named'],
      ['a row that only the database shows', 'a row that only the database shows is named'],
      ['a table without a policy', 'a table without a policy shows more than the API'],
    ],
    twin: [
      'the same rows for everybody',
      'the same rows for everybody; a refusal where there is nothing to see is the same',
    ],
  },
  mcp: {
    file: `${SUITES}/mcp-probe.test.ts`,
    faults: [
      ['a tool is not listed', 'a tool is not listed'],
      ['the list is empty', 'the list is empty'],
      ['the tool answers with an error', 'the tool answers with an error'],
      ['its answer is another', 'its answer is another'],
      ['it answers nothing of the protocol', 'answers nothing of the protocol'],
    ],
    twin: ['a real server of the SDK lists its tools, and answers', 'and answers with a stream of events'],
  },
  bundle: {
    file: 'tests/contracts/page/bundle-probe.test.ts',
    faults: [
      [
        'scripts that are not compressed',
        'that are small enough when they are compressed pass, and fail as they are',
      ],
      [
        'what it imports later makes it too large',
        'count with all that they import, until nothing more is loaded',
      ],
    ],
    twin: [
      'the same scripts as gzip and br',
      'that are small enough when they are compressed pass, and fail as they are',
    ],
  },
  lighthouse: {
    file: 'tests/contracts/page/lighthouse.test.ts',
    faults: [
      [
        'a page without language, title and text for its picture',
        'fails a page that nobody can use who hears it, and names what is worst',
      ],
    ],
    twin: ['the same page with them', 'passes a page that everybody can use, with the headers of the plan'],
  },
};

/** `wanted` is `test` where a program that may be missing is there. */
const RUNS: readonly string[] = ['test', 'wanted'];

/**
 * Titles of tests in a file, and names of their cases: the first text of each row of a table. What is skipped for good has
 * none.
 */
export function titlesIn(file: string): ReadonlySet<string> {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const titles = new Set<string>();
  const add = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) titles.add(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText(tree);
      if (/\.(?:skip|todo)\b(?!If)/.test(called)) return;
      if (RUNS.includes(/^\w+/.exec(called)?.[0] ?? '')) add(node.arguments[0]);
    }
    if (ts.isArrayLiteralExpression(node)) add(node.elements[0]);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return titles;
}
