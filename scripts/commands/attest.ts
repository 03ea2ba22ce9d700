import path from 'node:path';
import { type Command, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { type Attestation, statementKey } from '../../contract/evidence/attestation.ts';
import { canonicalJson } from '../../contract/evidence/canonical.ts';
import type { Evidence } from '../../contract/evidence/evidence.ts';
import { EXIT, exitCodeOf } from '../../contract/exit-codes.ts';
import type { KeptStatement } from '../../contract/verdict/kept-statement.ts';
import { readVerdict } from '../../host/read-report.ts';
import { reportFiles, type ReportFiles } from '../../host/report-files.ts';
import { DEFAULT_OUTPUT } from '../../run/asked-verdict.ts';
import { keepStatement, readStatements } from '../../run/people/statements-file.ts';
import { statementsFor } from '../../run/people/statements-for.ts';
import { withoutSecrets } from '../../run/people/without-secrets.ts';
import { publishEvidence } from '../../run/publish-evidence.ts';
import { createRedactor, type Redactor, redactorOf } from '../../safety/redactor.ts';
import { configuredKeys, SIGNING_KEY_ENV } from '../../signing/configured-keys.ts';
import { attestationOf, keptLine } from '../../signing/kept-statement.ts';
import { readSigningKey, type SigningKey } from '../../signing/key-file.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, repeated } from '../command-context.ts';
import { hasVerdict, readJudged, takeJudged } from '../people/judged-evidence.ts';
import { findPeoplePlan, loadPeoplePlan, type PeoplePlan } from '../people/people-plan.ts';
import { isOfRun, type SaidOptions, statementOf } from '../people/said.ts';
import { noteUnsealed, showVerdict } from '../show-verdict.ts';

interface AttestOptions extends SaidOptions {
  readonly config?: string;
  readonly output?: string;
  readonly judge: boolean;
  readonly key?: string;
  readonly signKey?: readonly string[];
  readonly json: boolean;
}

/**
 * `greenlight attest`. Before a run the statement is kept for the runs to come. After one it is also put into its
 * evidence: then the answer is that of the run with this statement in it, and so is the exit code.
 */
export function attestCommand(context: CommandContext): Command {
  return commandOf('attest', "Keep a person's statement for the runs to come, and for the run that was.", [
    'greenlight attest --id backup-was-restored --decision attested --name "Bo" --role DBA --release 2.4.0',
    'greenlight attest --id backup-was-restored --decision refused --name "Bo" --role DBA \\\n' +
      '      --comment "the restore stopped at 80 %"',
    'greenlight attest --id backup-was-restored --withdraw --name "Bo" --role DBA --release 2.4.0',
    'greenlight attest --id dpia-signed --decision attested --name "Di" --role DPO \\\n' +
      '      --seen https://wiki.example.com/dpia --seen-file dpia.pdf --key di.key.pem',
  ])
    .option(...CONFIG_OPTION)
    .option(
      '-o, --output <directory>',
      `the report directory of a run that is judged again with it (default: ${DEFAULT_OUTPUT}, where it has one that asks for it)`,
    )
    .option('--no-judge', 'keep it for the runs to come, and leave every report as it is')
    .requiredOption('--id <id>', 'which statement of the plan, or which section is signed')
    .addOption(new Option('--decision <decision>', 'whether it holds').choices(['attested', 'refused']))
    .option('--withdraw', 'take back what this person said on it before', false)
    .requiredOption('--name <name>', 'who says it')
    .requiredOption('--role <role>', 'as what; the plan says which role it takes')
    .option('--comment <text>', 'and why; a refusal needs it', '')
    .option('--seen <text>', 'what was looked at, in words or as an address; may be given again', repeated)
    .option(
      '--seen-file <file>',
      'a file that was looked at: its digest is kept; may be given again',
      repeated,
    )
    .option('--release <id>', 'the release that it is said of')
    .option('--commit <sha>', 'its commit')
    .option('--key <file>', "this person's private key, which signs the statement")
    .option(
      '--sign-key <file>',
      `refuse evidence that this key did not seal, and sign a GO with it; may be given again (default: $${SIGNING_KEY_ENV}, a file or PEM)`,
      repeated,
    )
    .option('--json', 'print the verdict as JSON, or the statement where none is judged', false)
    .action((options: AttestOptions) => attest(context, options));
}

async function attest(context: CommandContext, options: AttestOptions): Promise<void> {
  const { keys } = configuredKeys(context.cwd, options.signKey, context.env);
  const own = options.key === undefined ? undefined : readSigningKey(path.resolve(context.cwd, options.key));
  // Without a report to hear it, there must be a plan that says where it is kept.
  const find = options.judge ? findPeoplePlan : loadPeoplePlan;
  const plan = await find(context.cwd, options.config);
  const report = await reportToJudge(context, options, plan, keys);
  // A report of another target lies here, or its plan elsewhere: then only the run itself can hear it.
  const home =
    report !== undefined && plan?.plan.target.name !== report.evidence.subject.target ? undefined : plan;
  const said = statementOf(options, {
    cwd: context.cwd,
    now: new Date(),
    plan: home,
    evidence: report?.evidence,
    key: own?.id,
  });
  const { env } = context;
  const redactor = plan === undefined ? createRedactor({ env }) : redactorOf(plan.plan, env);
  const line = keptLine(masked(said, redactor), own);
  if (report === undefined) {
    if (home !== undefined) await keepStatement(home.file, line);
    const { name, role, id, decision } = line.statement;
    const words = {
      attested: 'says that it holds',
      refused: 'says that it does not hold',
      withdrawn: 'withdraws it',
    };
    context.screen.out(
      options.json
        ? JSON.stringify(line, null, 2)
        : `${id}: ${name} (${role}) ${words[decision]}, ${own === undefined ? 'unsigned' : `signed by ${own.id.slice(0, 12)}`}: kept in ${home?.file ?? ''}`,
    );
    context.finish(EXIT.GO);
    return;
  }
  const { files } = report;
  const statement = attestationOf(line);
  if (typeof statement === 'string') throw new GreenlightError('INTERNAL', `the new statement ${statement}`);
  const now = line.statement.at;
  if (home !== undefined) await keepStatement(home.file, line);
  const mine = { ...statement, enteredAt: now };
  const others = keptOn(report, home, now)
    .filter((one) => statementKey(one) !== statementKey(mine))
    .map((one) => withoutSecrets(one, redactor));
  const evidence = await takeJudged(files, report.evidence.run.id, keys);
  const attestations = together(evidence.attestations, [...others, mine]);
  const verdict = publishEvidence(files, { ...evidence, attestations }, keys);
  showVerdict(context.screen, verdict, options.json);
  noteUnsealed(context.screen, report.output, keys.length);
  if (home === undefined) {
    context.screen.err(
      'Not kept for other runs: the plan of this target was not found here (--config names it).',
    );
  }
  context.finish(exitCodeOf(verdict.decision));
}

/**
 * A statement without secrets.
 * @throws GreenlightError STATEMENT_REFUSED where they would mask what it is about or who says it: nobody would hear it
 */
function masked(said: KeptStatement, redactor: Redactor): KeptStatement {
  const kept = redactor.deep(said);
  const lost = (['id', 'title', 'name', 'role', 'target', 'release', 'run'] as const).filter(
    (part) => canonicalJson(kept[part]) !== canonicalJson(said[part]),
  );
  if (lost.length === 0) return kept;
  throw new GreenlightError(
    'STATEMENT_REFUSED',
    `it would not count: a variable whose name says that it is secret has the value of its ${lost.join(' and ')}, which would be masked: unset it for this command, or give it another name`,
  );
}

/** What was kept on a run: whoever judges it again must not pass over a "no" that was said since it ended. */
function keptOn(
  { evidence: { subject, run, policy } }: JudgedReport,
  home: PeoplePlan | undefined,
  now: string,
): readonly Attestation[] {
  if (home === undefined) return [];
  const about = { target: subject.target, release: subject.wanted, run: run.id };
  return statementsFor(readStatements(home.file), policy.attestations, about, now);
}

/** Each statement once, as it came in first. */
function together(before: readonly Attestation[], more: readonly Attestation[]): Attestation[] {
  const known = new Set(before.map(statementKey));
  return [...before, ...more.filter((one) => !known.has(statementKey(one)))];
}

interface JudgedReport {
  readonly files: ReportFiles;
  readonly evidence: Evidence;
  /** As the user named it. */
  readonly output: string;
}

/**
 * The report that is judged again: the one that was named, or the usual one where its run asks for this statement and
 * was about the same target and release. An old report that happens to lie there is left alone. So is that of a run that
 * goes on: it reads at its end what was kept.
 */
async function reportToJudge(
  { cwd, screen }: CommandContext,
  options: AttestOptions,
  plan: PeoplePlan | undefined,
  keys: readonly SigningKey[],
): Promise<JudgedReport | undefined> {
  if (!options.judge) return undefined;
  const output = options.output ?? DEFAULT_OUTPUT;
  const files = reportFiles(path.resolve(cwd, output));
  const there = await hasVerdict(files);
  if (options.output === undefined && plan !== undefined) {
    if (!there) return undefined;
    const verdict = readVerdict(files.verdict);
    if (!isOfRun(options, plan, verdict)) return undefined;
    if (verdict.evidenceDigest === null) {
      screen.err(
        `The run ${verdict.run.id} has not finished: it hears what is kept before its end. See its verdict.`,
      );
      return undefined;
    }
  }
  return { files, evidence: readJudged(files, keys), output };
}
