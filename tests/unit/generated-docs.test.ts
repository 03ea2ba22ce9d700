import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtInChecks } from '../../contract/plan/built-in-checks.ts';
import { ERRORS } from '../../contract/error-table.ts';
import type { Situation } from '../../contract/events/situation.ts';
import { EVENTS } from '../../contract/events/table.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { CheckState, Outcome } from '../../contract/evidence/outcome.ts';
import { PROBE_KINDS } from '../../contract/plan/probes/index.ts';
import { STATE_CHECKS, STATE_TITLES } from '../../contract/plan/state-checks.ts';
import { propertyName, quoted } from '../../host/typescript-source.ts';
import { blocksIn, withReference } from '../../scripts/reference/blocks.ts';
import { inText } from '../../scripts/reference/render-keys.ts';
import type { Alternative } from '../../scripts/reference/read-keys.ts';
import { readReference } from '../../scripts/reference/reference.ts';
import { PROBE_TRIALS, titlesIn } from '../probe-trials.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const UPDATE = process.env['UPDATE_DOCS'] === '1';

function expectDocument(file: string, text: string): void {
  const at = path.join(ROOT, file);
  if (UPDATE) writeFileSync(at, text);
  expect(
    readFileSync(at, 'utf8'),
    `${file} is out of date: run UPDATE_DOCS=1 npx vitest run tests/unit/generated-docs.test.ts`,
  ).toBe(text);
}

const WHEN: Record<keyof typeof EXIT, string> = {
  GO: 'every required check passed, with evidence',
  NO_GO: 'the product is broken: the only code on which a deploy may roll back',
  INCONCLUSIVE: 'nobody can tell: repeat, or decide by hand',
  USAGE: 'bad usage or configuration; nothing was touched',
  INTERRUPTED: 'interrupted; cleaned up, and the verdict says INCONCLUSIVE',
};

test('docs/errors.md is the error table', () => {
  const rows = Object.entries(ERRORS).map(
    ([code, { title, hint, exit }]) => `| \`${code}\` | ${title} | ${inText(hint)} | ${EXIT[exit]} |`,
  );
  const exits = Object.entries(EXIT).map(
    ([name, code]) => `| ${code} | ${name} | ${WHEN[name as keyof typeof EXIT]} |`,
  );
  expectDocument(
    'docs/errors.md',
    `# Errors and exit codes

Generated from \`contract/error-table.ts\` and \`contract/exit-codes.ts\`.

## Exit codes

| code | name | meaning |
|---|---|---|
${exits.join('\n')}

Any other code, 1 included, means INCONCLUSIVE: an uncaught error, a missing module or \`npx\` without the package end
with 1, and no deploy may roll back for that.

## Errors

An error is printed as \`CODE: what happened: where and with which value\`, then what to do, in words that name the value where
one helps. A code keeps its meaning from version to version.

| code | what happened | what to do | exit code |
|---|---|---|---|
${rows.join('\n')}
`,
  );
});

const OUTCOMES: Record<Outcome, string> = {
  pass: 'the statement was seen to hold',
  fail: 'the statement was seen not to hold: the target is at fault',
  unknown: 'it could not be seen: something of ours, or a port, is at fault',
  'not-applicable': 'the statement makes no sense here; allowed only where the plan says so',
};

const STATES: Record<CheckState, string> = {
  passed: 'its last attempt passed and no other one failed',
  failed: 'a finding or an assertion says that the target is broken',
  unknown: 'it ran and could not tell',
  flaky: 'it failed and then passed; the policy says what that means',
  'not-run': 'it was required and did not run, or was skipped, marked fixme or expected to fail',
  'not-applicable': 'it said that it does not apply here',
  empty: 'it holds, and there was nothing of its kind to look at: it is not counted as passed',
};

function exampleKey([key, value]: [string, unknown]): string {
  return `${key}: ${value instanceof z.ZodType ? "z.object({ status: z.literal('ok') })" : inPlan(value)}`;
}

/** A value as a plan has it. */
function inPlan(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(inPlan).join(', ')}]`;
  const entries = Object.entries(value as Record<string, unknown>);
  const [first] = entries;
  if (first === undefined) return '{}';
  if (first[0] === 'secret') return `secret(${inPlan(first[1])})`;
  return `{ ${entries.map(([key, one]) => `${propertyName(key)}: ${inPlan(one)}`).join(', ')} }`;
}

test('docs/checks.md lists the checks that a target brings with it', () => {
  const everything = { release: {}, records: {}, mailbox: {}, webhookSink: {}, payments: {} };
  const rows = builtInChecks(everything).map(({ id, title }) => `| \`${id}\` | ${title} |`);
  const table = (of: Record<string, string>): string =>
    Object.entries(of)
      .map(([word, meaning]) => `| ${word} | ${meaning} |`)
      .join('\n');
  expectDocument(
    'docs/checks.md',
    `# Checks

Generated from \`contract/\`. A plan adds its own: every flow, probe, mapped table and load profile is one check.

## Built in

These come with what the plan's \`target\` names. They run first; when a blocking one fails, nothing else starts.

| id | statement |
|---|---|
${rows.join('\n')}

## State of the databases

\`data: { state: {} }\` in a plan adds these, and \`greenlight data state\` runs them on any two PostgreSQL databases. Each
finding comes with the statement that puts it right.

| id | statement |
|---|---|
${STATE_CHECKS.map((id) => `| \`${id}\` | ${STATE_TITLES[id]} |`).join('\n')}

## Probes

A probe is a small check of one thing, as data: an entry of \`probes\` in the plan. Its \`kind\` says what it looks at, and
like every check that a plan lists it may name its \`severity\`, an \`owner\` and a \`runbook\`.

| kind | a pass shows | it fails | it is unknown |
|---|---|---|---|
${Object.entries(PROBE_KINDS)
  .map(([kind, { shows, fails, unknown }]) => `| \`${kind}\` | ${shows} | ${fails} | ${unknown} |`)
  .join('\n')}

\`\`\`ts
probes: [
${Object.values(PROBE_KINDS)
  .map(({ example }) => `  { ${Object.entries(example).map(exampleKey).join(', ')} },`)
  .join('\n')}
],
\`\`\`

### What shows that they work

For every kind, something that is broken and that it finds, and the same thing in order, which it lets pass. Each is a test.

| kind | it fails | it passes | tested in |
|---|---|---|---|
${Object.entries(PROBE_TRIALS)
  .map(
    ([kind, { file, faults, twin }]) =>
      `| \`${kind}\` | ${faults.map(([says]) => says).join('; ')} | ${twin[0]} | \`${file}\` |`,
  )
  .join('\n')}

## Outcomes of a finding

| outcome | meaning |
|---|---|
${table(Object.fromEntries(Outcome.options.map((word) => [word, OUTCOMES[word]])))}

## States of a check in a verdict

| state | meaning |
|---|---|
${table(Object.fromEntries(CheckState.options.map((word) => [word, STATES[word]])))}
`,
  );
});

test('what every kind of probe was tried on is a test that is there', () => {
  const missing = Object.values(PROBE_TRIALS).flatMap(({ file, faults, twin }) => {
    const titles = titlesIn(file);
    return [...faults, twin].flatMap(([, title]) => (titles.has(title) ? [] : [`${file}: ${title}`]));
  });
  expect(missing, 'correct the title in tests/probe-trials.ts').toEqual([]);
  expect(Object.keys(PROBE_TRIALS).sort()).toEqual(Object.keys(PROBE_KINDS).sort());
});

const COLUMNS: Record<Situation, string> = {
  single: 'one request',
  'single-answers': 'one request, control answers',
  'single-silent': 'one request, control silent',
  load: 'load',
  'load-answers': 'load, control answers',
  'load-silent': 'load, control silent',
  'third-party': 'third party',
};

test('docs/events.md is the table of events', () => {
  const situations = Object.keys(COLUMNS) as Situation[];
  const rows = Object.entries(EVENTS).map(
    ([id, { words, means }]) =>
      `| \`${id}\` | ${words} | ${situations.map((situation) => (means[situation] === 'fail' ? '**fail**' : 'unknown')).join(' | ')} |`,
  );
  const remedies = Object.entries(EVENTS).map(([id, { remedy }]) => `| \`${id}\` | ${remedy} |`);
  expectDocument(
    'docs/events.md',
    `# Events

Generated from \`contract/events/table.ts\`, where it is decided, for every flow, probe, page and load engine.

What comes instead of the answer that was wanted, and what it says. **fail**: the target is broken (NO_GO). unknown: nothing
is known about the target (INCONCLUSIVE), and the finding names the event and the remedy. The control address is
\`target.control\` in the plan; it shows whether our own network works.

| event | what was seen | ${situations.map((situation) => COLUMNS[situation]).join(' | ')} |
|---|---|${situations.map(() => '---|').join('')}
${rows.join('\n')}

## What to do where it is unknown

| event | remedy |
|---|---|
${remedies.join('\n')}
`,
  );
});

test('every kind of probe is under its own name, with an example that a plan takes', () => {
  for (const [name, { schema, example }] of Object.entries(PROBE_KINDS)) {
    expect(schema.shape.kind.value).toBe(name);
    expect(schema.safeParse(example).error?.issues ?? [], name).toEqual([]);
  }
});

test('the examples of docs/checks.md are code that says what the examples say', () => {
  const plain = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (_key, one: unknown) => (one instanceof z.ZodType ? 'a schema' : one)),
    ) as unknown;
  for (const [name, { example }] of Object.entries(PROBE_KINDS)) {
    const code = `({ ${Object.entries(example).map(exampleKey).join(', ')} })`;
    const read: unknown = runInNewContext(code, { z, secret: (secret: string) => ({ secret }) });
    expect(plain(read), name).toEqual(plain(example));
  }
});

/** What is not said, with the path at which it is missing. */
function silent(at: string, forms: readonly Alternative[]): readonly string[] {
  return forms.flatMap(({ when, says, keys }) => [
    ...(when === '' || says !== '' ? [] : [`${at} with ${when}`]),
    ...keys.flatMap((key) => {
      const path = `${at === '' ? '' : `${at}.`}${key.name}`;
      return [...(key.says === '' ? [path] : []), ...silent(`${path}${key.step}`, key.inside)];
    }),
  ]);
}

describe('the reference of the plan', () => {
  const reference = readReference();
  const folder = path.join(ROOT, 'docs/plan');
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

  const told = pages.flatMap((name) => blocksIn(readFileSync(path.join(folder, name), 'utf8')));
  const interfaces = told.flatMap((name) => (name.startsWith('interface.') ? [name.slice(10)] : []));

  test('says something about every key, in the comment beside it', () => {
    expect(
      [
        ...silent('', [reference.plan]),
        ...silent('policy', [reference.policy]),
        ...interfaces.flatMap((name) =>
          reference
            .interface(name)
            .flatMap((member) => (member.says === '' ? [`${name}.${member.name}`] : [])),
        ),
      ],
      'write what the key means, with its unit, into a /** comment */ above it in contract/',
    ).toEqual([]);
  });

  test.each(pages)('docs/plan/%s is what the schemas say', (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    expectDocument(`docs/plan/${name}`, withReference(text, reference));
  });

  test('tells every key on a page', () => {
    const needed = reference.plan.keys
      .filter(({ inside }) => inside.length > 0)
      .map(({ name }) => `plan.${name}`);
    expect(told).toEqual(expect.arrayContaining(['keys', 'policy', ...needed]));
  });
});
