import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { Phase } from '../../contract/evidence/outcome.ts';
import { isFullCommit } from '../../signing/verdict-statement.ts';
import { type CommandContext, commandOf, repeated, wholeNumber } from '../command-context.ts';
import { readVerificationKey } from '../../signing/key-file.ts';
import type { RequiredSignOff } from '../../signing/read-sign-offs.ts';
import { type ProofAnswer, verifyProof } from '../../signing/verify-proof.ts';

interface VerifyOptions {
  readonly key: readonly string[];
  readonly signatures: number;
  readonly target: string;
  readonly url: readonly (readonly [name: string, url: string])[];
  readonly release?: string;
  readonly commit?: string;
  readonly artifact?: string;
  readonly nonce?: string;
  readonly anyNonce: boolean;
  readonly phase: Phase;
  readonly maxAge?: number;
  readonly planDigest?: string;
  readonly policyDigest?: string;
  readonly requireSignOff: readonly (readonly [role: string, file: string])[];
  readonly envelopeOnly: boolean;
  readonly at?: number;
  readonly json: boolean;
}

/** `greenlight verify`: 0 when the proof allows exactly this, 20 when it does not. Never 10: it saw no target. */
export function verifyCommand(context: CommandContext): Command {
  return commandOf('verify', 'Accept or refuse a signed verdict, on the side that deploys.', [
    'greenlight verify verdict.dsse.json --key gate.pub.pem --target shop --commit $SHA --nonce $ID',
    'greenlight verify verdict.dsse.json --key gate.pub.pem --target shop --release 2.4.0 --nonce $ID --max-age 30',
    'greenlight verify verdict.dsse.json --key gate.pub.pem --target shop --commit $SHA --nonce $ID \\\n' +
      '      --require-sign-off "release manager=release-manager.pub.pem"',
  ])
    .argument('<envelope>', 'verdict.dsse.json; the other files of its report lie beside it')
    .requiredOption('--key <file>', 'public key that may sign; if given again, any of them', repeated)
    .option('--signatures <n>', 'how many of these keys must have signed', wholeNumber(1), 1)
    .requiredOption('--target <name>', 'the target that is about to be changed')
    .option('--url <name=url>', 'an address that the run must have used', pairs('name=url'), [])
    .option('--release <id>', 'the release')
    .option('--commit <sha>', 'its commit, all digits', commit)
    .option('--artifact <digest>', 'digest of its artifact, sha256:<hex>', digest)
    .option('--nonce <text>', 'the nonce that was given to the run')
    .option('--any-nonce', 'accept the answer to another question, as long as it has not expired', false)
    .addOption(
      new Option('--phase <phase>', 'phase of the run').choices(Phase.options).default('post-cutover'),
    )
    .option('--max-age <minutes>', 'refuse an older decision', wholeNumber(1))
    .option('--plan-digest <digest>', 'digest of the plan', digest)
    .option('--policy-digest <digest>', 'digest of the policy', digest)
    .option(
      '--require-sign-off <role=key>',
      'a role that must have said go, and its public key',
      pairs('role=key'),
      [],
    )
    .option('--envelope-only', 'accept an envelope without verdict.json and evidence.json beside it', false)
    .option('--at <time>', 'verify as of this time, ISO 8601: for tests and for looking back', time)
    .option('--json', 'print the answer as JSON', false)
    .action((file: string, options: VerifyOptions) => {
      mustAskEnough(options);
      const answer = verifyProof({
        envelope: path.resolve(context.cwd, file),
        keys: options.key.map((key) => readVerificationKey(path.resolve(context.cwd, key))),
        signatures: options.signatures,
        expected: {
          target: options.target,
          phase: options.phase,
          nonce: options.nonce,
          release: options.release,
          commit: options.commit,
          artifact: options.artifact,
          urls: Object.fromEntries(options.url),
          planDigest: options.planDigest,
          policyDigest: options.policyDigest,
          maxAge: options.maxAge,
        },
        signOffs: options.requireSignOff.map(([role, key]): RequiredSignOff => {
          return { role, key: readVerificationKey(path.resolve(context.cwd, key)) };
        }),
        envelopeOnly: options.envelopeOnly,
        now: options.at ?? Date.now(),
      });
      context.screen.out(options.json ? jsonOf(answer) : textOf(answer));
      context.finish(answer.refusals.length === 0 ? EXIT.GO : EXIT.INCONCLUSIVE);
    });
}

/** What is not asked is not compared: without these, another run's GO would pass. */
function mustAskEnough(options: VerifyOptions): void {
  if (options.release === undefined && options.commit === undefined && options.artifact === undefined) {
    throw new GreenlightError(
      'OPTION_MISSING',
      'nothing says what is being deployed: --commit, --artifact or --release',
    );
  }
  if ((options.nonce === undefined) === !options.anyNonce) {
    throw new GreenlightError('NONCE_MISSING', 'exactly one of --nonce <text> and --any-nonce is needed');
  }
  if (options.signatures > options.key.length) {
    throw new GreenlightError('OPTION_MISSING', `--signatures ${options.signatures} needs as many --key`);
  }
}

function textOf({ refusals, notices, statement }: ProofAnswer): string {
  const rest = notices.map((notice) => `  note: ${notice}`);
  if (refusals.length > 0 || statement === undefined) {
    return ['Refused:', ...refusals.map(({ code, message }) => `  ${code}: ${message}`), ...rest].join('\n');
  }
  const { target, release, run, decidedAt, expiresAt, reason } = statement.predicate.greenlight;
  return [
    `Accepted: GO for ${release?.id ?? 'what runs'} on ${target}, ${run.phase}, run ${run.id}.`,
    `  ${reason}`,
    `  decided ${decidedAt}, may be used until ${expiresAt}`,
    ...rest,
  ].join('\n');
}

function jsonOf({ refusals, notices, statement }: ProofAnswer): string {
  const accepted = refusals.length === 0 && statement !== undefined;
  return JSON.stringify({ accepted, refusals, notices, statement: statement ?? null }, null, 2);
}

function commit(text: string): string {
  if (isFullCommit(text)) return text;
  throw new InvalidArgumentError('It must have all of its 40 (or 64) digits.');
}

function digest(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be sha256: and 64 hexadecimal digits.');
}

function time(text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('Use ISO 8601: 2026-11-21T09:00:00Z.');
}

/** An option that is given several times, each as two parts. */
function pairs(form: string) {
  return (
    text: string,
    before: readonly (readonly [string, string])[],
  ): readonly (readonly [string, string])[] => {
    const at = text.indexOf('=');
    if (at > 0 && at < text.length - 1) return [...before, [text.slice(0, at), text.slice(at + 1)]];
    throw new InvalidArgumentError(`It must be given as ${form}.`);
  };
}
