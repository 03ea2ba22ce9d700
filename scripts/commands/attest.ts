import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import type { Attestation, Evidence } from '../../contract/evidence/evidence.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { createRedactor } from '../../safety/redactor.ts';
import { type CommandContext, commandOf, repeated } from '../command-context.ts';
import { sha256Of } from '../../host/file-digest.ts';
import { publishEvidence } from '../../run/publish-evidence.ts';
import { readEvidence } from '../../run/read-evidence.ts';
import { readVerdict } from '../../host/read-report.ts';
import { reportFiles, type ReportFiles } from '../../host/report-files.ts';
import { noteUnsealed, showVerdict } from '../show-verdict.ts';
import { configuredKeys, SIGNING_KEY_ENV } from '../../signing/configured-keys.ts';
import type { SigningKey } from '../../signing/key-file.ts';
import { publicHalves } from '../../signing/seal.ts';
import { plain } from '../../signing/read-sign-offs.ts';

interface AttestOptions {
  readonly output: string;
  readonly id: string;
  readonly decision: Attestation['decision'];
  readonly name: string;
  readonly role: string;
  readonly comment: string;
  readonly signKey?: readonly string[];
  readonly json: boolean;
}

/** `greenlight attest`: the answer is that of the run with this statement in it, and so is the exit code. */
export function attestCommand(context: CommandContext): Command {
  return commandOf('attest', "Put a person's statement into the evidence of a run and judge it again.", [
    'greenlight attest --id backup-was-restored --decision attested --name "Bo" --role DBA',
    'greenlight attest --id backup-was-restored --decision refused --name "Bo" --role DBA \\\n' +
      '      --comment "the restore stopped at 80 %"',
  ])
    .option('-o, --output <directory>', 'the report directory of the run', 'greenlight-report')
    .requiredOption('--id <id>', 'which statement of policy.attestations')
    .addOption(
      new Option('--decision <decision>', 'whether it holds')
        .choices(['attested', 'refused'])
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'who says it')
    .requiredOption('--role <role>', 'as what; the policy says which role it takes')
    .option('--comment <text>', 'and why', '')
    .option(
      '--sign-key <file>',
      `refuse what this key did not seal, and sign a GO with it; may be given again (default: $${SIGNING_KEY_ENV}, a file or PEM)`,
      repeated,
    )
    .option('--json', 'print the verdict as JSON', false)
    .action((options: AttestOptions) => {
      const { keys } = configuredKeys(context.cwd, options.signKey, context.env);
      const files = reportFiles(path.resolve(context.cwd, options.output));
      const evidence = judgedEvidence(files, keys);
      const statement = createRedactor({ env: context.env }).deep(attestationOf(options, evidence));
      // From here on the old answer does not hold: whoever reads in between must find none.
      rmSync(files.verdict);
      const verdict = publishEvidence(
        files,
        { ...evidence, attestations: [...evidence.attestations, statement] },
        keys,
      );
      showVerdict(context.screen, verdict, options.json);
      noteUnsealed(context.screen, options.output, keys.length);
      context.finish(exitCodeOf(verdict.decision));
    });
}

/**
 * @throws GreenlightError EVIDENCE_CHANGED unless it is exactly the evidence that the verdict beside it judged,
 *   EVIDENCE_UNSEALED with a key that did not seal it, USAGE without the key of one that is sealed
 */
function judgedEvidence(files: ReportFiles, keys: readonly SigningKey[]): Evidence {
  const verdict = readVerdict(files.verdict);
  if (verdict.evidenceDigest === null) {
    throw new GreenlightError('RUN_UNFINISHED', `the run ${verdict.run.id} has not finished`);
  }
  if (keys.length === 0 && existsSync(files.evidenceSeal)) {
    throw new GreenlightError('KEY_MISSING', `${files.evidence} is sealed, and no key was given`, {
      hint: `A statement changes the evidence: give the key with which the run sealed it (--sign-key or ${SIGNING_KEY_ENV}).`,
    });
  }
  const { evidence, text } = readEvidence(files.evidence, files.evidence, publicHalves(keys));
  if (sha256Of(text) !== verdict.evidenceDigest) {
    throw new GreenlightError('EVIDENCE_CHANGED', `${files.evidence} is not what was judged`);
  }
  return evidence;
}

/** @throws GreenlightError NAME_UNKNOWN or STATEMENT_REFUSED when the policy does not ask for this statement, or not from this role */
function attestationOf(options: AttestOptions, { policy }: Evidence): Attestation {
  const { id, decision, role, comment } = options;
  const name = options.name.trim();
  const asked = policy.attestations.filter((one) => one.id === id);
  if (asked.length === 0) {
    const known = policy.attestations.map((one) => `${one.id} (${one.role})`).join(', ');
    throw new GreenlightError('NAME_UNKNOWN', `the policy of this run asks for no statement "${id}"`, {
      hint: known === '' ? 'Its policy has no attestations.' : `It asks for: ${known}.`,
    });
  }
  const required = asked.find((one) => plain(one.role) === plain(role));
  if (required === undefined) {
    const roles = asked.map((one) => `"${one.role}"`).join(' or ');
    throw new GreenlightError('STATEMENT_REFUSED', `--role: ${id} needs the role ${roles}, not "${role}"`);
  }
  if (name === '') throw new GreenlightError('STATEMENT_REFUSED', '--name must say who states it');
  return { id, decision, name, role: required.role, at: new Date().toISOString(), comment };
}
