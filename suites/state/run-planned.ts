import type { Command } from '../../contract/plan/command.ts';
import { type CommandEnd, CommandNotStarted, plainEnvironment, runCommand } from '../../host/run-command.ts';
import { CannotTell } from '../cannot-tell.ts';
import { type CommandSurroundings, namedEnvironment, notStarted } from '../probes/command-probe.ts';
import { createOutputExcerpt } from '../probes/output-excerpt.ts';

/** How a program of the plan ended by itself. */
export interface PlannedEnd extends CommandEnd {
  readonly code: number;
  /** The last lines that it printed, without secrets. */
  readonly output: readonly string[];
  readonly tookMs: number;
}

/** Runs a program of the plan to its end. @throws CannotTell where it could not be started, was ended, or took too long */
export async function runPlanned(
  planned: Command,
  budgetMs: number,
  { home, env, redactor }: CommandSurroundings,
): Promise<PlannedEnd> {
  const excerpt = createOutputExcerpt(redactor);
  const { program, args, cwd } = planned;
  const started = performance.now();
  try {
    const end = await runCommand({
      program,
      args,
      home,
      cwd,
      env: { ...plainEnvironment(env), ...namedEnvironment(planned, env) },
      budgetMs,
      onPrint: excerpt.write,
    });
    const tookMs = performance.now() - started;
    const output = excerpt.lines();
    const { code, late, signal } = end;
    if (code !== null && !late) return { ...end, code, output, tookMs };
    throw new CannotTell(
      late ? 'command-late' : 'command-killed',
      late
        ? `${program} had not ended after ${budgetMs / 1000} s and was ended`
        : `${program} was ended by ${signal ?? 'a signal'}`,
      {
        remedy: late ? 'raise budgetMs' : 'find out who ended it: mostly this machine, for want of memory',
        output,
      },
    );
  } catch (error) {
    throw error instanceof CommandNotStarted ? notStarted(error) : error;
  }
}
