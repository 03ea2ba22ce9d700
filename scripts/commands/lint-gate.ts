import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import type { LintFinding } from '../../gate/lint/lint-file.ts';

/** `greenlight lint-gate` */
export function lintGateCommand(context: CommandContext): Command {
  return commandOf(
    'lint-gate',
    'Find the ways in which a deploy file lets through what the gate should stop.',
    ['greenlight lint-gate .github/workflows/deploy.yml', 'greenlight lint-gate --json k8s/*.yaml'],
  )
    .argument('<file...>', 'deploy files: YAML of the known mechanisms, or shell scripts')
    .option('--json', 'print the findings as JSON', false)
    .addHelpText(
      'after',
      `\nEnds with ${EXIT.GO} without findings, ${EXIT.INCONCLUSIVE} with some, ${EXIT.USAGE} for a file that cannot be read.`,
    )
    .action(async (files: readonly string[], options: { readonly json: boolean }) => {
      // Lazy: no other command needs a parser of YAML.
      const { lintFile } = await import('../../gate/lint/lint-file.ts');
      const findings = files.flatMap((file) => lintFile(file, read(context.cwd, file)));
      context.screen.out(options.json ? asJson(files, findings) : asText(files, findings));
      context.finish(findings.length === 0 ? EXIT.GO : EXIT.INCONCLUSIVE);
    });
}

function read(cwd: string, file: string): string {
  try {
    return readFileSync(path.resolve(cwd, file), 'utf8');
  } catch (cause) {
    throw new GreenlightError('FILE_UNREADABLE', `${file} cannot be read`, { cause });
  }
}

function asJson(files: readonly string[], findings: readonly LintFinding[]): string {
  return JSON.stringify({ schema: 'greenlight/lint-gate@1', files, findings }, null, 2);
}

function asText(files: readonly string[], findings: readonly LintFinding[]): string {
  if (findings.length === 0) return `No way round the gate found in ${files.join(', ')}.`;
  return findings
    .map(({ file, line, rule, found, remedy }) => `${file}:${line}  ${rule}\n    ${found}\n    -> ${remedy}`)
    .join('\n');
}
