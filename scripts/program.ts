import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { describeError, GreenlightError } from '../contract/errors.ts';
import { EXIT } from '../contract/exit-codes.ts';
import { refuseCommandLine } from '../run/asked-verdict.ts';
import { type CommandContext, exitCodeOfUsage } from './command-context.ts';
import { attestCommand } from './commands/attest.ts';
import { announceCommand } from './commands/announce.ts';
import { checklistCommand } from './commands/checklist.ts';
import { runbookCommand } from './commands/runbook.ts';
import { baselineCommand } from './commands/baseline.ts';
import { dataCommand } from './commands/data.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { gateCommand } from './commands/gate.ts';
import { initCommand } from './commands/init.ts';
import { judgeCommand } from './commands/judge.ts';
import { keygenCommand } from './commands/keygen.ts';
import { lintGateCommand } from './commands/lint-gate.ts';
import { loadCommand } from './commands/load.ts';
import { mergeCommand } from './commands/merge.ts';
import { notifyCommand } from './commands/notify.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { signOffCommand } from './commands/sign-off.ts';
import { sinkCommand } from './commands/sink.ts';
import { sloCommand } from './commands/slo.ts';
import { historyCommand } from './commands/history.ts';
import { statusCommand } from './commands/status.ts';
import { syntheticCommand } from './commands/synthetic.ts';
import { sweepCommand } from './commands/sweep.ts';
import { verifyCommand } from './commands/verify.ts';
import { exitCodeOfError } from './exit-code-of-error.ts';
import { ownVersion, PACKAGE_ROOT } from '../host/package-root.ts';

const COMMANDS = [
  runCommand,
  syntheticCommand,
  statusCommand,
  historyCommand,
  mergeCommand,
  judgeCommand,
  reportCommand,
  attestCommand,
  checklistCommand,
  runbookCommand,
  announceCommand,
  keygenCommand,
  signOffCommand,
  verifyCommand,
  sweepCommand,
  sloCommand,
  loadCommand,
  baselineCommand,
  dataCommand,
  doctorCommand,
  initCommand,
  notifyCommand,
  exportCommand,
  sinkCommand,
  demoCommand,
  gateCommand,
  lintGateCommand,
];

/**
 * Runs one command line.
 * @param argv the arguments without `node` and the script
 * @returns the exit code; this function never throws
 */
export async function runCommandLine(
  argv: readonly string[],
  context: Omit<CommandContext, 'finish'>,
): Promise<number> {
  let exitCode: number = EXIT.INCONCLUSIVE;
  const program = new Command('greenlight')
    .description('May traffic stay on the new system? Answers GO, NO_GO or INCONCLUSIVE.')
    .version(ownVersion())
    .addHelpText(
      'after',
      `${exitCodeHelp()}\n\nDocumentation: ${path.join(PACKAGE_ROOT, 'docs', 'README.md')}`,
    );
  for (const command of COMMANDS) {
    program.addCommand(command({ ...context, finish: (code) => (exitCode = code) }));
  }
  quieten(program, context);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      const code = exitCodeOfUsage(error);
      // Whoever reads the file alone must not find the GO of an earlier run either.
      if (code !== EXIT.GO) refuseCommandLine(context, argv, usage(error));
      return code;
    }
    context.screen.err(describeError(error));
    return exitCodeOfError(error);
  }
}

function usage(error: CommanderError): GreenlightError {
  return new GreenlightError('USAGE', error.message.replace(/^error: /, ''));
}

/** Commander must neither write past the redactor nor end the process. */
function quieten(command: Command, context: Pick<CommandContext, 'screen'>): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.screen.out(text),
      writeErr: (text) => context.screen.err(text),
    })
    .showHelpAfterError('(add --help for what is possible)');
  // Not inherited by commands that were made elsewhere.
  for (const inner of command.commands) quieten(inner, context);
}

function exitCodeHelp(): string {
  const lines = [
    [EXIT.GO, 'GO'],
    [EXIT.NO_GO, 'NO_GO: the product is broken; the only code that may trigger a roll-back'],
    [EXIT.INCONCLUSIVE, 'INCONCLUSIVE: we could not tell'],
    [EXIT.USAGE, 'bad usage or configuration; nothing was touched'],
    [EXIT.INTERRUPTED, 'interrupted and cleaned up'],
  ] as const;
  const text = lines.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n');
  return `\nExit codes:\n${text}\n       any other code means INCONCLUSIVE too`;
}
