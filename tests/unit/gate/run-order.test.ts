import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunOrder } from '../../../contract/ports/gate-store.ts';
import { runCommand } from '../../../scripts/commands/run.ts';
import { parseRunOrder, runArguments, runIdOf } from '../../../gate/run-order.ts';
import { createScreen } from '../../../safety/screen.ts';

const PARTS = ['target', 'phase', 'release', 'commit', 'artifact', 'nonce'] as const;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** What a caller may send as one part: mostly wrong, and now and then just right. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 260 }),
  fc.constantFrom(
    '--config=/tmp/mine.ts',
    '-o',
    '--',
    '$(id)',
    '../..',
    'a\nb',
    ' ',
    'shop',
    'canary',
    'sha256:',
  ),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 6, maxLength: 66 }),
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
    .map((hex) => `sha256:${hex}`),
);
const text = fc.oneof(value, fc.string({ minLength: 1, maxLength: 30 }));
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record(
        { target: text, phase: value, release: text, commit: value, artifact: value, nonce: text },
        { requiredKeys: ['target'] },
      )
      .map((order) => JSON.stringify(order)),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({ target: fc.string(), release: fc.string(), nonce: fc.string() }, { requiredKeys: ['target'] })
      .map((order) => JSON.stringify(order)),
  },
  fc.json({ maxDepth: 5 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

/** The order as the command line of a run understands its arguments. */
function understood(args: readonly string[]): {
  readonly order: Partial<RunOrder>;
  readonly strange: readonly string[];
} {
  const nowhere = createScreen({ out: process.stdout, err: process.stderr, env: {} });
  const command = runCommand({
    screen: nowhere,
    env: {},
    cwd: '/',
    interrupted: new AbortController().signal,
    finish: () => undefined,
  });
  const { operands, unknown } = command.parseOptions([...args.slice(1)]);
  const {
    config,
    output,
    phase,
    nonce,
    release = null,
    commit = null,
    artifact = null,
    ...others
  } = command.opts<Record<string, string>>();
  const added = Object.entries(others).filter(([name]) => command.getOptionValueSource(name) !== 'default');
  expect([config, output]).toEqual(['/plans/shop.ts', '/runs/run-1']);
  return {
    order: { phase, nonce, release, commit, artifact } as Partial<RunOrder>,
    strange: [...operands, ...unknown, ...added.flat()],
  };
}

test('whatever is sent, it is refused in one line or becomes an order that says the same on the command line', () => {
  let accepted = 0;
  fc.assert(
    fc.property(body, (sent) => {
      const read = parseRunOrder(sent, 'run-1');
      if ('problem' in read) {
        expect(read.problem).toMatch(/^[ -~]{1,300}$/);
        return;
      }
      accepted += 1;
      const { order } = read;
      expect(Object.keys(order).sort()).toEqual([...PARTS].sort());
      for (const part of Object.values<string | null>({ ...order })) {
        if (part === null) continue;
        expect(part.length > 0 && part.length <= 200 && part.trim() === part && !UNPRINTABLE.test(part)).toBe(
          true,
        );
      }
      const { target, ...asked } = order;
      expect(target).not.toBe('');
      const { order: heard, strange } = understood(runArguments(order, '/plans/shop.ts', '/runs/run-1'));
      expect([heard, strange]).toEqual([asked, []]);
    }),
    { numRuns: 3000, seed: 4 },
  );
  // A property about accepted orders says nothing when all are refused.
  expect(accepted).toBeGreaterThan(100);
});

test('a part that nobody knows is never passed over, whatever it is called', () => {
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'config', 'Target', 'output', ''),
    fc.string(),
  );
  fc.assert(
    fc.property(
      name.filter((one) => !PARTS.some((part) => part === one)),
      value,
      (part, content) => {
        const sent = `{"target":"shop",${JSON.stringify(part)}:${JSON.stringify(content ?? null)}}`;
        expect(parseRunOrder(sent, 'run-1')).toHaveProperty('problem');
      },
    ),
    { numRuns: 500, seed: 4 },
  );
});

test.each([
  ['{"target":"shop","target":"shop"}', 'twice'],
  ['{"target":"other","release":"1","tar\\u0067et":"shop"}', 'twice'],
  ['{"target":"shop","nonce":"a\\",\\"nonce\\":\\"b"}', undefined],
  ['{"target":"{,\\"","nonce":"[,"}', undefined],
])('a part that is named twice is refused: %s', (sent, problem) => {
  const read = parseRunOrder(sent, 'run-1');
  if (problem === undefined) expect(read).toHaveProperty('order');
  else expect(read).toHaveProperty('problem', expect.stringContaining(problem));
});

test('deep and long bodies are read to the end or refused', () => {
  for (const sent of [
    '['.repeat(16_000),
    `${'['.repeat(8000)}${']'.repeat(8000)}`,
    `{"target":${'{"a":'.repeat(2000)}1${'}'.repeat(2001)}`,
  ]) {
    expect(parseRunOrder(sent, 'run-1')).toHaveProperty('problem');
  }
});

test('two callers, or two keys, never share a run', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abc:+.-_0'), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(word, word, word, word, (by, key, otherBy, otherKey) => {
      const same = by === otherBy && key === otherKey;
      expect(runIdOf(by, key) === runIdOf(otherBy, otherKey)).toBe(same);
    }),
    { numRuns: 500, seed: 4 },
  );
});
