import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Evidence } from '../../../contract/evidence/evidence.ts';
import type { ShardFragment } from '../../../contract/evidence/shard.ts';
import { sha256Of } from '../../../host/file-digest.ts';
import { publishEvidence } from '../../../run/publish-evidence.ts';
import { readEvidence } from '../../../run/read-evidence.ts';
import { readVerdict } from '../../../host/read-report.ts';
import { reportFiles } from '../../../host/report-files.ts';
import { readFragments } from '../../../run/shards/read-fragments.ts';
import { sealFragment } from '../../../run/shards/seal-fragment.ts';
import { readSigningKey, type SigningKey } from '../../../signing/key-file.ts';
import { publicHalves, sealOf } from '../../../signing/seal.ts';
import { allShards, sealedBy } from '../shard-fragments.ts';
import { commandLine, type End, goEvidence, signedReport, type SignedReport } from './signed-report.ts';

const POLICY = {
  maxAgeMinutes: 1e9,
  attestations: [{ id: 'backup-was-restored', title: 'A backup was restored', role: 'DBA' }],
};

let report: SignedReport;
let mallory: SigningKey;
let gate: SigningKey;
const read = (file: string): string => readFileSync(file, 'utf8');

async function freshReport(): Promise<void> {
  report = await signedReport(goEvidence({ policy: POLICY }));
  await report.run('keygen', '--out', 'mallory');
  const key = (name: string): SigningKey => readSigningKey(path.join(report.directory, `${name}.key.pem`));
  [gate, mallory] = [key('gate'), key('mallory')];
}

/** Puts evidence in place of that of the run, with a verdict that fits it: all that whoever may write there can do. */
function replaceEvidence(text: string): void {
  writeFileSync(report.files.evidence, text);
  const verdict = readVerdict(report.files.verdict);
  writeFileSync(report.files.verdict, JSON.stringify({ ...verdict, evidenceDigest: sha256Of(text) }));
}

/** What a run of the same plan left, with a key of one's own or the right one. */
function otherReport(keys: readonly SigningKey[], id = 'another-run') {
  const files = reportFiles(path.join(report.directory, id));
  const evidence = goEvidence({ policy: POLICY });
  publishEvidence(files, { ...evidence, run: { ...evidence.run, id } }, keys);
  return files;
}

/** A check that did not pass, and is made to have. */
function withoutPolicy(evidence: Evidence): Evidence {
  return { ...evidence, leftovers: [], faults: [], attempts: evidence.attempts.slice(0, -1) };
}

const TAMPERED: readonly [string, () => void, string][] = [
  [
    'evidence that was edited',
    () => {
      const evidence = withoutPolicy(JSON.parse(read(report.files.evidence)) as Evidence);
      replaceEvidence(JSON.stringify(evidence, null, 2));
    },
    'edited after it was sealed',
  ],
  ['evidence whose seal was removed', () => rmSync(report.files.evidenceSeal), 'it has no seal'],
  [
    'the seal of another run',
    () => writeFileSync(report.files.evidenceSeal, read(otherReport([gate]).evidenceSeal)),
    'that of another run',
  ],
  [
    'the seal of an earlier evidence of the same run',
    () => {
      const { evidenceSeal } = otherReport([gate], 'run1');
      writeFileSync(report.files.evidenceSeal, read(evidenceSeal));
      replaceEvidence(`${read(report.files.evidence)}\n`);
    },
    'edited after it was sealed',
  ],
  [
    'a seal by another key',
    () => {
      const files = otherReport([mallory], 'run1');
      writeFileSync(report.files.evidenceSeal, read(files.evidenceSeal));
    },
    'not made by the key',
  ],
  [
    'the seal of a fragment',
    () => {
      const digest = sha256Of(read(report.files.evidence));
      const run = { id: 'run1', nonce: 'nonce1' };
      const seal = sealOf({ of: 'fragment', digest, run }, [gate]);
      writeFileSync(report.files.evidenceSeal, JSON.stringify(seal));
    },
    'of another kind',
  ],
  [
    'the proof of a GO as the seal',
    () => {
      const files = reportFiles(path.join(report.directory, 'go'));
      const evidence = goEvidence();
      publishEvidence(files, evidence, [gate]);
      writeFileSync(report.files.evidenceSeal, read(files.proof));
    },
    'cannot be read',
  ],
  ['a seal that is no JSON', () => writeFileSync(report.files.evidenceSeal, '{'), 'cannot be read'],
];

describe('evidence with a key', () => {
  beforeEach(freshReport);
  afterEach(() => report.remove());

  const attest = (...more: string[]): Promise<End> =>
    report.run(
      ...['attest', '--name', 'Bo', '--role', 'DBA', '--id', 'backup-was-restored'],
      ...['--decision', 'attested', ...more],
    );

  test('that its run sealed is attested, signed, and sealed again', async () => {
    for (let time = 0; time < 2; time += 1) {
      const end = await attest('--sign-key', 'gate.key.pem');
      expect(end.code, end.err).toBe(0);
      expect(existsSync(report.files.proof)).toBe(true);
    }
    const judged = await report.run('judge', report.files.evidence, '--key', 'gate.pub.pem');
    expect(judged.code, judged.err).toBe(0);
  });

  test.each(TAMPERED)('attest signs nothing for %s', async (_name, tamper, why) => {
    tamper();
    const before = read(report.files.evidence);
    const end = await attest('--sign-key', 'gate.key.pem');
    expect(end.code, end.out + end.err).toBe(20);
    expect(end.err).toContain('EVIDENCE_UNSEALED');
    expect(end.err).toContain(why);
    expect(existsSync(report.files.proof)).toBe(false);
    expect(read(report.files.evidence)).toBe(before);
  });

  test.each(TAMPERED)(
    'judge refuses %s, by a public key and by the environment',
    async (_name, tamper, why) => {
      tamper();
      const order = ['judge', report.files.evidence];
      const env = { GREENLIGHT_SIGNING_KEY: 'gate.key.pem' };
      for (const end of [
        await report.run(...order, '--key', 'gate.pub.pem'),
        await commandLine(report.directory, order, env),
      ]) {
        expect(end.code, end.out).toBe(20);
        expect(end.err).toContain(why);
        expect(end.out).toBe('');
      }
    },
  );

  test('without the key it is not attested: nobody could sign it afterwards', async () => {
    const before = read(report.files.evidence);
    const end = await attest();
    expect(end.code).toBe(64);
    expect(end.err).toContain('is sealed, and no key was given');
    expect(read(report.files.evidence)).toBe(before);
  });

  test('a baseline is neither made of nor held against what the key did not seal', async () => {
    rmSync(report.files.evidenceSeal);
    const env = { GREENLIGHT_SIGNING_KEY: 'gate.key.pem' };
    const saved = await commandLine(report.directory, ['baseline', 'save'], env);
    expect(saved.code).toBe(20);
    expect(saved.err).toContain('it has no seal');
  });

  test('a seal is no proof of a GO', async () => {
    writeFileSync(report.files.proof, read(report.files.evidenceSeal));
    const end = await report.verify();
    expect(end.code).toBe(20);
    expect(end.out).toContain('malformed');
  });

  test('a run without a key leaves no seal of the run before', () => {
    publishEvidence(report.files, goEvidence(), []);
    expect(existsSync(report.files.evidenceSeal)).toBe(false);
  });
});

describe('fragments with a key', () => {
  beforeEach(freshReport);
  afterEach(() => report.remove());

  const files = (fragments: readonly ShardFragment[]): string[] =>
    fragments.map((fragment, index) => {
      writeFileSync(path.join(report.directory, `${index}.json`), JSON.stringify(fragment));
      return `${index}.json`;
    });
  const merge = (fragments: readonly ShardFragment[]): Promise<End> =>
    report.run('merge', '--nonce', 'deploy-7', '--sign-key', 'gate.key.pem', ...files(fragments));
  const sealed = (keys: readonly SigningKey[]): [ShardFragment, ShardFragment] =>
    allShards(2).map((fragment) => sealedBy(keys, fragment)) as [ShardFragment, ShardFragment];

  test('that their shards sealed are merged, signed, and can be attested', async () => {
    const end = await merge(sealed([gate]));
    expect(end.code, end.out + end.err).toBe(0);
    expect(existsSync(report.files.proof)).toBe(true);
    const judged = await report.run('judge', report.files.evidence, '--key', 'gate.pub.pem');
    expect(judged.code, judged.err).toBe(0);
  });

  test.each<[string, () => readonly ShardFragment[], string]>([
    ['of shards without the key', () => sealed([]), 'it has no seal'],
    [
      'of which one was edited, with a digest made anew',
      () => {
        const [one, two] = sealed([gate]);
        const { digest: _digest, seal, ...content } = two;
        const faults = [...content.evidence.faults].slice(1);
        const edited = sealFragment({ ...content, evidence: { ...content.evidence, faults } });
        return [one, { ...edited, ...(seal === undefined ? {} : { seal }) }];
      },
      'edited after it was sealed',
    ],
    [
      'of which one lost its seal',
      () => {
        const [one, { seal: _seal, ...two }] = sealed([gate]);
        return [one, two];
      },
      'it has no seal',
    ],
    [
      'of which one has the seal of the other',
      () => {
        const [one, two] = sealed([gate]);
        return [one, { ...two, ...(one.seal === undefined ? {} : { seal: one.seal }) }];
      },
      'that of another run',
    ],
    [
      'of which one was sealed by another key',
      () => [sealed([gate])[0], sealed([mallory])[1]],
      'not made by the key',
    ],
  ])('are not merged to a GO: %s', async (_name, fragments, why) => {
    const end = await merge(fragments());
    expect(end.code, end.out + end.err).toBe(20);
    expect(end.out).toContain(why);
    expect(existsSync(report.files.proof)).toBe(false);
  });

  test('load does not start after shards that the key did not seal', async () => {
    const end = await report.run(
      ...['run', '--shard', 'load', '--nonce', 'deploy-7', '--sign-key', 'gate.key.pem', '--after'],
      ...files(sealed([])),
    );
    expect(end.code, end.out).toBe(20);
    expect(end.err).toContain('it has no seal');
  });
});

describe('edits at random', () => {
  beforeAll(freshReport);
  afterAll(() => report.remove());

  /** One edit of a text: a character changed, taken away, or a piece of it doubled. */
  const edit = (text: string) =>
    fc
      .tuple(fc.nat(text.length - 1), fc.constantFrom('change', 'cut', 'double'), fc.nat(30))
      .map(([at, kind, length]) => {
        if (kind === 'cut') return text.slice(0, at) + text.slice(at + 1 + length);
        if (kind === 'double') return text.slice(0, at) + text.slice(at, at + 1 + length) + text.slice(at);
        const other = text[at] === '0' ? '1' : '0';
        return text.slice(0, at) + other + text.slice(at + 1);
      });

  test('no edit of the evidence passes its seal', () => {
    const text = read(report.files.evidence);
    const keys = publicHalves([gate]);
    expect(readEvidence(report.files.evidence, 'e', keys).text).toBe(text);
    fc.assert(
      fc.property(edit(text), (edited) => {
        if (edited === text) return;
        writeFileSync(report.files.evidence, edited);
        expect(() => readEvidence(report.files.evidence, 'e', keys)).toThrow();
      }),
      { numRuns: 300 },
    );
    writeFileSync(report.files.evidence, text);
  });

  test('a seal that was edited passes only what it says unchanged', () => {
    const text = read(report.files.evidenceSeal);
    const keys = publicHalves([gate]);
    const meaning = (seal: string): string => {
      const envelope = JSON.parse(seal) as { payload: string };
      return JSON.stringify({
        ...envelope,
        signatures: 0,
        payload: Buffer.from(envelope.payload, 'base64').toString(),
      });
    };
    fc.assert(
      fc.property(edit(text), (edited) => {
        writeFileSync(report.files.evidenceSeal, edited);
        let passed = true;
        try {
          readEvidence(report.files.evidence, 'e', keys);
        } catch {
          passed = false;
        }
        // Space between members, the id of the key, which nobody believes, and which alphabet of base64 (with or
        // without padding) spells the payload are not signed.
        if (passed) expect(meaning(edited)).toBe(meaning(text));
      }),
      { numRuns: 300 },
    );
    writeFileSync(report.files.evidenceSeal, text);
  });

  test('no edit of a fragment passes its seal, though its digest was made anew', () => {
    const [whole] = allShards(2).map((fragment) => sealedBy([gate], fragment));
    if (whole === undefined) throw new Error('there is no fragment');
    const { digest: _digest, seal, ...content } = whole;
    const keys = publicHalves([gate]);
    const file = path.join(report.directory, 'fragment.json');
    const passes = (text: string): boolean => {
      writeFileSync(file, text);
      return readFragments(report.directory, ['fragment.json'], keys).fragments.length === 1;
    };
    expect(passes(JSON.stringify(whole))).toBe(true);
    const text = JSON.stringify(content);
    fc.assert(
      fc.property(edit(text), (edited) => {
        let parsed: object;
        try {
          parsed = JSON.parse(edited) as object;
        } catch {
          expect(passes(edited)).toBe(false);
          return;
        }
        if (JSON.stringify(parsed) === text) return;
        let again: object;
        try {
          again = sealFragment(parsed as typeof content);
        } catch {
          return; // No evidence is left in it, or no object.
        }
        expect(passes(JSON.stringify({ ...again, seal }))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
