import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { Envelope, type VerdictStatement } from '../../../contract/verdict/proof.ts';
import type { Evidence } from '../../../contract/evidence/evidence.ts';
import { runCommandLine } from '../../../scripts/program.ts';
import { digestOf } from '../../../host/load-config.ts';
import { publishEvidence } from '../../../run/publish-evidence.ts';
import { reportFiles, type ReportFiles } from '../../../host/report-files.ts';
import { signStatement } from '../../../signing/envelope.ts';
import { readSigningKey } from '../../../signing/key-file.ts';
import { createScreen } from '../../../safety/screen.ts';
import { attempt, evidenceOf, planned } from '../reporters/evidence-builders.ts';

export const COMMIT = '3f2c1ab'.padEnd(40, '0');
export const ARTIFACT = `sha256:${'a'.repeat(64)}`;
export const PLAN = `sha256:${'b'.repeat(64)}`;
/** Within the life of the verdict of `goEvidence`. */
export const NOW = '2026-11-20T10:10:00Z';

export interface End {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line in this process. */
export async function commandLine(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<End> {
  let out = '';
  let err = '';
  const stream = (keep: (text: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        keep(chunk.toString());
        done();
      },
    });
  const screen = createScreen({
    out: stream((text) => (out += text)),
    err: stream((text) => (err += text)),
    env,
  });
  const code = await runCommandLine(args, { screen, env, cwd, interrupted: new AbortController().signal });
  return { code, out, err };
}

/** Evidence of a run in which everything passed, on the release that was wanted. */
export function goEvidence(extra: Parameters<typeof evidenceOf>[2] = {}): Evidence {
  const releaseSeen = attempt('wanted-release-runs', {
    findings: [
      {
        check: 'wanted-release-runs',
        outcome: 'pass',
        summary: 'It runs 2.4.0.',
        observedRelease: { id: '2.4.0', commit: COMMIT },
      },
    ],
  });
  const evidence = evidenceOf(
    [planned('wanted-release-runs'), planned('order-can-be-paid')],
    [releaseSeen, attempt('order-can-be-paid')],
    {
      subject: {
        target: 'shop',
        urls: { app: 'https://shop.example.com' },
        wanted: { id: '2.4.0', commit: COMMIT, artifact: ARTIFACT },
      },
      planDigest: PLAN,
      ...extra,
    },
  );
  return { ...evidence, policyDigest: digestOf(evidence.policy) };
}

/** A report directory with a pair of keys beside it. */
export interface SignedReport {
  readonly directory: string;
  readonly files: ReportFiles;
  envelope(): Envelope;
  statement(): VerdictStatement;
  /** Replaces the envelope by one of another content, signed with the right key. */
  resign(change: (statement: VerdictStatement) => void): void;
  /** `greenlight verify` with what is right, and then what is given. */
  verify(...args: string[]): Promise<End>;
  run(...args: string[]): Promise<End>;
  remove(): void;
}

/** The options of `greenlight verify` that fit `goEvidence`. */
export const RIGHT: Readonly<Record<string, string>> = {
  '--key': 'gate.pub.pem',
  '--target': 'shop',
  '--release': '2.4.0',
  '--commit': COMMIT,
  '--artifact': ARTIFACT,
  '--nonce': 'nonce1',
  '--plan-digest': PLAN,
  '--max-age': '30',
  '--at': NOW,
};

/** @param keys names of pairs that are made; the verdict is signed with all of them */
export async function signedReport(
  evidence: Evidence = goEvidence(),
  keys: readonly string[] = ['gate'],
): Promise<SignedReport> {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-signing-'));
  const files = reportFiles(path.join(directory, 'greenlight-report'));
  for (const name of keys) await commandLine(directory, ['keygen', '--out', name]);
  const signingKeys = keys.map((name) => readSigningKey(path.join(directory, `${name}.key.pem`)));
  publishEvidence(files, evidence, signingKeys);
  const envelope = (): Envelope => Envelope.parse(JSON.parse(readFileSync(files.proof, 'utf8')));
  const statement = (): VerdictStatement =>
    JSON.parse(Buffer.from(envelope().payload, 'base64').toString()) as VerdictStatement;
  return {
    directory,
    files,
    envelope,
    statement,
    resign(change) {
      const changed = statement();
      change(changed);
      writeFileSync(files.proof, JSON.stringify(signStatement(changed, signingKeys)));
    },
    verify: (...args) => {
      const given = new Set(args);
      const right = Object.entries(RIGHT).filter(([name]) => !given.has(name));
      return commandLine(directory, ['verify', files.proof, ...right.flat(), ...args]);
    },
    run: (...args) => commandLine(directory, args),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The codes of the refusals, in order. */
export function codesOf(end: End): readonly string[] {
  return [...end.out.matchAll(/^ {2}([a-z-]+): /gm)]
    .flatMap(([, code]) => code ?? [])
    .filter((code) => code !== 'note');
}
