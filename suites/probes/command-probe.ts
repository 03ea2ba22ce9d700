import path from 'node:path';
import { parseJson } from '../../contract/flow/exact-json.ts';
import { holds, type Statement } from '../../contract/flow/statement.ts';
import { patternOf } from '../../contract/plan/probes/expectation.ts';
import type { Command } from '../../contract/plan/command.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { type CommandEnd, CommandNotStarted, plainEnvironment, runCommand } from '../../host/run-command.ts';
import { planFileOf } from '../../host/run-context.ts';
import { type Redactor, redactorOf } from '../../safety/redactor.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import type { Probed } from '../probe-finding.ts';
import { summarizeReport } from '../test-reports/summarize-report.ts';
import { watchReport } from '../test-reports/written-report.ts';
import { couldNotAsk } from './could-not-ask.ts';
import { evaluateDocument } from './evaluate-document.ts';
import { createOutputExcerpt } from './output-excerpt.ts';
import type { ProbeLook } from './probe-look.ts';

type CommandProbe = Extract<Probe, { kind: 'command' }>;

export const commandLook: ProbeLook<CommandProbe> = {
  mostAnswers: () => 1,
  look: (probe, _tools, { plan }) => probeCommand(probe, surroundingsOf(plan)),
};

/** Where a program runs. */
export interface CommandSurroundings {
  /** The folder of the plan. */
  readonly home: string;
  /** Ours, of which the program gets the least. */
  readonly env: NodeJS.ProcessEnv;
  readonly redactor: Redactor;
}

/** Where the programs of a plan run. */
export function surroundingsOf(plan: Plan): CommandSurroundings {
  const file = planFileOf();
  return {
    home: file === undefined ? process.cwd() : path.dirname(file),
    env: process.env,
    redactor: redactorOf(plan),
  };
}

/** Shells say with these that they could not run what they were told to (POSIX, 2.8.2), and with more than 128 a signal. */
const NOT_RUN: readonly number[] = [126, 127];
const OF_SIGNALS = 128;
/** Only the end of what was printed says why a program ended as it did. */
const LINES_THAT_TELL = 20;

/**
 * Runs the program of a probe and judges how it ended and what it printed.
 * @throws CannotTell where it could not be run to its end, or says itself that it could not tell
 */
export async function probeCommand(
  probe: CommandProbe,
  { home, env, redactor }: CommandSurroundings,
): Promise<Probed> {
  const excerpt = createOutputExcerpt(redactor);
  const { program, args, cwd, budgetMs, report } = probe;
  const watched = report && watchReport(path.resolve(home, cwd ?? '.', report.file), report.format);
  try {
    const end = await runCommand({
      program,
      args,
      home,
      cwd,
      env: { ...plainEnvironment(env), ...namedEnvironment(probe, env) },
      budgetMs,
      onPrint: excerpt.write,
    });
    const output = excerpt.lines();
    refuseUnclearEnd(probe, end, output);
    const probed =
      report && watched
        ? judgeTests(probe, end, summarizeReport(await watched.read(), report), output)
        : judgeEnd(probe, end, output);
    return { ...probed, output };
  } catch (error) {
    if (error instanceof CommandNotStarted) throw notStarted(error);
    // Whatever keeps us from knowing: what the program printed often says why.
    if (!(error instanceof CannotTell)) throw error;
    const { word, message, remedy } = error;
    throw new CannotTell(word, message, {
      cause: error,
      ...(remedy !== undefined && { remedy }),
      output: excerpt.lines(),
    });
  }
}

/** The variables that the plan names for a program, their secrets read. */
export function namedEnvironment(probe: Pick<Command, 'env'>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(probe.env).map(([name, value]) => [name, resolveSecret(value, env)] as const),
  );
}

/** What it means that a program could not be started: nothing about the target. */
export function notStarted(error: CommandNotStarted): CannotTell {
  const remedies: Readonly<Record<CommandNotStarted['reason'], string>> = {
    missing:
      'install it on this machine, or correct its name: a path is seen from the folder of the plan, a name is looked up on PATH',
    'not-executable': 'make it executable (chmod +x), or run it by its interpreter',
    'no-folder': 'correct cwd: it is seen from the folder of the plan',
    refused: 'run it by hand as the same user, and look for limits of this machine',
  };
  return new CannotTell(`command-${error.reason}`, error.message, {
    cause: error,
    remedy: remedies[error.reason],
  });
}

/** @throws CannotTell for an end that says nothing about the product, whatever was printed before */
function refuseUnclearEnd(probe: CommandProbe, end: CommandEnd, output: readonly string[]): void {
  const { program, budgetMs, unknownExitCodes, unknownWhen } = probe;
  const { code, signal, late } = end;
  if (late) {
    throw new CannotTell(
      'command-late',
      `${program} had not ended after ${budgetMs / 1000} s and was ended`,
      {
        remedy:
          'raise budgetMs, or let the program wait for less; a limit of its own says more than this one',
      },
    );
  }
  if (code === null) {
    throw new CannotTell('command-killed', `${program} was ended by ${signal ?? 'a signal'}`, {
      remedy: 'find out who ended it: mostly this machine, for want of memory',
    });
  }
  if (wantedCodes(probe).includes(code)) return;
  if (unknownExitCodes.includes(code)) {
    throw new CannotTell('command-unclear', `${program} could not tell: ${endWords(code, output)}`, {
      remedy: 'see what it printed; the plan names this exit code in unknownExitCodes',
    });
  }
  const printed = [end.stderr.text, end.stdout.text];
  if (unknownWhen !== undefined && printed.some((text) => patternOf(unknownWhen).test(text))) {
    throw new CannotTell('command-unclear', `${program} could not tell: ${endWords(code, output)}`, {
      remedy: 'see what it printed: it matches unknownWhen of the plan',
    });
  }
  if (NOT_RUN.includes(code)) {
    throw new CannotTell('command-not-run', `${program} could not run something: ${endWords(code, output)}`, {
      remedy: 'install what it calls on this machine, and make it executable',
    });
  }
  // Test runners count their failures into the exit code; their reports say more.
  if (code > OF_SIGNALS && probe.report === undefined) {
    throw new CannotTell('command-killed', `${program} ended as after a signal: ${endWords(code, output)}`, {
      remedy:
        'find out who ended what it runs; or name this exit code in exitCode, if it means that all is well',
    });
  }
}

function wantedCodes({ exitCode }: CommandProbe): readonly number[] {
  return typeof exitCode === 'number' ? [exitCode] : exitCode;
}

function endWords(code: number | null, output: readonly string[]): string {
  const last = output.at(-1);
  return `exit code ${code}${last === undefined ? ', and it printed nothing' : `: ${last}`}`;
}

/** A suite is judged by its tests; its exit code must agree where they all hold. */
function judgeTests(
  probe: CommandProbe,
  { code }: CommandEnd,
  { statements, judged, wrong }: ReturnType<typeof summarizeReport>,
  output: readonly string[],
): Probed {
  const told = { statements, sampleSize: judged, cause: 'tests-failed' };
  if (wrong !== undefined) return { ...told, holds: '', wrong };
  if (!wantedCodes(probe).includes(code ?? -1)) {
    throw new CannotTell(
      'exit-code-disagrees',
      `no test of its report failed, and ${probe.program} ended with ${endWords(code, output)}`,
      { remedy: 'look for what broke besides the tests; or name this exit code in exitCode' },
    );
  }
  return { ...told, holds: `${judged} ${judged === 1 ? 'test' : 'tests'} passed` };
}

/** @throws CannotTell */
function judgeEnd(probe: CommandProbe, end: CommandEnd, output: readonly string[]): Probed {
  const { program } = probe;
  const codes = wantedCodes(probe);
  const well = codes.includes(end.code ?? -1);
  const exit = holds('exit code', well, end.code, codes.length === 1 ? codes[0] : codes.join(' or '));
  if (!well) {
    const doubt = couldNotAsk(output.slice(-LINES_THAT_TELL));
    if (doubt !== undefined) {
      throw new CannotTell(
        'command-could-not-ask',
        `${program} ended with exit code ${end.code} and says: ${doubt.line}`,
        { remedy: doubt.remedy },
      );
    }
    return {
      statements: [exit],
      holds: '',
      wrong: `${program} ended with ${endWords(end.code, output)}`,
      cause: 'exit-code',
    };
  }
  const texts = textStatements(probe, end);
  const document = judgeStandardOutput(probe, end);
  const statements = [exit, ...texts, ...document.statements];
  return {
    statements,
    holds: `${program} ended with exit code ${end.code}${statements.length > 1 ? ' and printed what it must' : ''}`,
    cause: texts.some(({ ok }) => !ok) ? 'output' : (document.wrong ?? 'output'),
  };
}

/** @throws CannotTell where it printed more than is kept, and what is wanted is not in that */
function textStatements({ contains = [], matches }: CommandProbe, end: CommandEnd): readonly Statement[] {
  const streams = [end.stdout, end.stderr];
  const found = (is: (text: string) => boolean): boolean => {
    if (streams.some(({ text }) => is(text))) return true;
    if (streams.some(({ cut }) => cut)) throw tooMuch();
    return false;
  };
  const stated = (name: string, ok: boolean, expected: string): Statement =>
    holds(name, ok, ok ? 'printed' : 'not printed', expected);
  return [
    ...contains.map((wanted) =>
      stated(
        'output',
        found((text) => text.includes(wanted)),
        `contains ${wanted}`,
      ),
    ),
    ...(matches === undefined
      ? []
      : [
          stated(
            'output',
            found((text) => patternOf(matches).test(text)),
            `matches ${matches}`,
          ),
        ]),
  ];
}

function judgeStandardOutput(
  probe: CommandProbe,
  { stdout }: CommandEnd,
): ReturnType<typeof evaluateDocument> {
  if (probe.schema === undefined && probe.expect === undefined) return { statements: [], wrong: undefined };
  if (stdout.cut) throw tooMuch();
  let body: unknown;
  try {
    body = parseJson(stdout.text.replace(/^\uFEFF/, '').trim());
  } catch (cause) {
    throw new CannotTell(
      'output-not-json',
      `the standard output of ${probe.program} is no JSON: ${firstLine(cause)}`,
      {
        cause,
        remedy: 'let it print JSON and nothing else (`--output json`), and its warnings to standard error',
      },
    );
  }
  // What it printed is shown anyway, without secrets.
  return evaluateDocument({ ...probe, showValues: true }, body);
}

function tooMuch(): CannotTell {
  return new CannotTell('output-too-long', 'it printed more than 8 MiB, which is not looked through', {
    remedy: 'let it print less, such as by a filter of its own (`--query`, `-o jsonpath`)',
  });
}
