import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { GreenlightError } from '../contract/errors.ts';
import { Fragment, fragmentName } from '../contract/evidence/fragment.ts';
import { PROGRESS_DESCRIPTOR, type TestEvent } from '../contract/evidence/progress-event.ts';
import type { Project } from '../contract/evidence/outcome.ts';
import { RUN_CONTEXT_ENV, type RunContext } from '../contract/evidence/run-context.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import type { PlaywrightInstall } from '../host/find-playwright.ts';
import { ownModule } from '../host/package-root.ts';
import { nodeOptionsForPlaywright } from './node-options.ts';
import { ALLURE_RESULTS_ENV } from './playwright-env.ts';
import { readProgress } from '../host/progress-pipe.ts';
import { sayStageWord, stageOf } from '../host/stage-word.ts';
import type { StageWord } from '../contract/evidence/stage-word.ts';
import { startGroup } from '../host/process-group.ts';
import { endOfOutput, readLines } from './read-lines.ts';

/** One start of Playwright. */
export interface SessionOrder {
  readonly context: RunContext & Required<Pick<RunContext, 'stages'>>;
  /**
   * What a stage of the context may do, asked when it is its turn.
   * @param before the session by then: of the stages that have ended; undefined for the first stage
   */
  readonly wordFor: (stage: number, before: SessionEnd | undefined) => StageWord;
  readonly playwright: PlaywrightInstall;
  readonly grep: string | undefined;
  /** For traces and screenshots; its own for each session, because Playwright empties it at each start. */
  readonly outputDirectory: string;
  readonly allureResults: string;
  readonly logFile: string;
  readonly env: NodeJS.ProcessEnv;
  /** When the whole run must be done, in milliseconds since 1970. */
  readonly deadlineAt: number;
  readonly interrupted: AbortSignal;
  readonly clean: (text: string) => string;
  readonly onProgress: (event: TestEvent) => void;
}

/** How it ended. `fragment` is undefined when the recorder left nothing that can be read. */
export interface SessionEnd {
  readonly projects: readonly Project[];
  readonly startedAt: string;
  readonly endedAt: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether we ended it before it was done. */
  readonly cut: 'interrupted' | 'deadline' | undefined;
  readonly fragment: Fragment | undefined;
  /** Why there is no fragment. */
  readonly fragmentProblem: string | undefined;
  /** Why a stage could not be told whether it may start. */
  readonly wordProblem?: string;
  /** The last lines that Playwright printed, clean. */
  readonly lastLines: readonly string[];
}

/** Fixtures may need this long to remove what they created. */
const GRACE_MS = 15_000;
const KEPT_LINES = 20_000;
/** Enough for the message above the stack of an error in somebody's configuration. */
const LAST_LINES = 30;

/**
 * Runs Playwright once: its `cli.js` directly and never through npx, which would leave it behind when it is ended.
 * @throws only when Playwright could not be started at all
 */
export async function runSession(order: SessionOrder): Promise<SessionEnd> {
  const { context } = order;
  const contextFile = path.join(context.runDirectory, 'run.json');
  writeFileAtomically(contextFile, JSON.stringify(context, null, 2));
  const startedAt = new Date().toISOString();
  const stages = new SessionStages(order, startedAt);
  stages.sayFirst();
  const group = await startGroup(process.execPath, playwrightArgs(order), {
    cwd: workingDirectory(order),
    env: sessionEnv(order, contextFile),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(order.clean(line));
    if (lines.length > KEPT_LINES) lines.splice(0, KEPT_LINES / 2);
  };
  let cut: SessionEnd['cut'];
  const streams = [
    readLines(group.child.stdout, keep),
    readLines(group.child.stderr, keep),
    readLines(group.child.stdio[PROGRESS_DESCRIPTOR] as Readable, (line) => {
      stages.hear(line);
      if (stages.problem !== undefined) void group.stop(GRACE_MS);
    }),
  ];
  const cutBy = (cause: 'interrupted' | 'deadline'): void => {
    cut ??= cause;
    stages.cut = cut;
    void group.stop(GRACE_MS);
  };
  const onInterrupt = (): void => cutBy('interrupted');
  order.interrupted.addEventListener('abort', onInterrupt, { once: true });
  if (order.interrupted.aborted) onInterrupt();
  const timer = setTimeout(() => cutBy('deadline'), Math.max(0, order.deadlineAt - Date.now()));
  const { code, signal } = await group.exited;
  clearTimeout(timer);
  order.interrupted.removeEventListener('abort', onInterrupt);
  await endOfOutput(streams);
  // The log is for people: a disk that is full must not take the answer with it.
  const logProblem = tryWrite(order.logFile, `${lines.join('\n')}\n`);
  return {
    projects: stages.reached,
    startedAt,
    endedAt: new Date().toISOString(),
    exitCode: code,
    signal,
    cut,
    ...readFragment(context),
    ...(stages.problem === undefined ? {} : { wordProblem: stages.problem }),
    lastLines: [...lines.slice(-LAST_LINES), ...(logProblem === undefined ? [] : [logProblem])],
  };
}

/** Says the word of each stage when it is its turn, and tells people of those that have theirs. */
class SessionStages {
  private readonly order: SessionOrder;
  private readonly startedAt: string;
  private readonly words: StageWord[] = [];
  /** Tests of later stages that Playwright has begun: they wait. */
  private waiting: TestEvent[] = [];
  /** Whether Playwright is being ended. */
  cut: SessionEnd['cut'];
  /** Why a stage could not be told; then no other is. */
  problem: string | undefined;

  constructor(order: SessionOrder, startedAt: string) {
    this.order = order;
    this.startedAt = startedAt;
  }

  sayFirst(): void {
    this.say(undefined);
  }

  /** The projects whose turn has come. */
  get reached(): readonly Project[] {
    return this.order.context.stages.slice(0, this.words.length).flat();
  }

  /** One line of the progress pipe. */
  hear(line: string): void {
    const event = readProgress(line);
    if (event === undefined) return;
    if (event.type !== 'stages-ended') {
      this.show(event);
      return;
    }
    if (this.problem !== undefined) return;
    try {
      this.sayThrough(event.through + 1);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    const due = this.waiting;
    this.waiting = [];
    for (const one of due) this.show(one);
  }

  private sayThrough(stage: number): void {
    const { held, session } = this.unfinished();
    const last = Math.min(held, this.order.context.stages.length) - 1;
    while (this.words.length <= Math.min(stage, last)) this.say(session);
  }

  private say(before: SessionEnd | undefined): void {
    const stage = this.words.length;
    const word = this.order.wordFor(stage, before);
    this.words.push(word);
    sayStageWord(this.order.context, stage, word);
  }

  /** What may not start is skipped: its reason has been told. */
  private show(event: TestEvent): void {
    const stage = stageOf(this.order.context, event.project);
    const word = stage === undefined ? undefined : this.words[stage];
    if (stage !== undefined && word === undefined) this.waiting.push(event);
    else if (word?.checks.includes(event.check) !== false) this.order.onProgress(event);
  }

  /** The session as the stages that have ended left it. */
  private unfinished(): { readonly held: number; readonly session: SessionEnd } {
    const { fragment, fragmentProblem } = readFragment(this.order.context);
    if (fragment === undefined) throw new Error(`nothing is known of the stages before: ${fragmentProblem}`);
    const own = new Set<string>(this.reached);
    const session: SessionEnd = {
      projects: this.reached,
      startedAt: this.startedAt,
      endedAt: new Date().toISOString(),
      exitCode: null,
      signal: null,
      cut: this.cut,
      fragment: { ...fragment, attempts: fragment.attempts.filter(({ project }) => own.has(project)) },
      fragmentProblem: undefined,
      lastLines: [],
    };
    return { held: fragment.stages ?? 1, session };
  }
}

function workingDirectory({ playwright }: SessionOrder): string {
  return path.dirname(playwright.configFile);
}

/**
 * Playwright takes a comma in the path of a reporter for the end of it. Seen from where it runs, the path is most often
 * free of what the folders above are called.
 * @throws GreenlightError PLAYWRIGHT_UNUSABLE
 */
export function withoutComma(file: string, cwd: string): string {
  if (!file.includes(',')) return file;
  const seen = path.relative(cwd, file);
  if (!seen.includes(',')) return seen;
  throw new GreenlightError(
    'PLAYWRIGHT_UNUSABLE',
    `Playwright cannot load ${file}: there is a comma in its path; rename the folder, or install greenlight into the folder of the Playwright configuration`,
  );
}

function playwrightArgs(order: SessionOrder): string[] {
  return [
    order.playwright.cli,
    'test',
    `--config=${order.playwright.configFile}`,
    ...order.context.stages.flat().map((project) => `--project=${project}`),
    // Our stages replace the dependencies: a failed project must not silently hide what comes after it.
    '--no-deps',
    // `--reporter` would replace the configured ones, and the redactor with them.
    `--add-reporter=${['reporters/recorder', 'run/progress-reporter'].map((name) => withoutComma(ownModule(name), workingDirectory(order))).join(',')}`,
    // Whatever the configuration says: comparing with what was just written shows nothing.
    '--update-snapshots=none',
    `--output=${order.outputDirectory}`,
    ...(order.grep === undefined ? [] : [`--grep=${order.grep}`, '--pass-with-no-tests']),
  ];
}

function sessionEnv(order: SessionOrder, contextFile: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...order.env,
    [RUN_CONTEXT_ENV]: contextFile,
    [ALLURE_RESULTS_ENV]: order.allureResults,
    PLAYWRIGHT_NO_COPY_PROMPT: '1',
    PLAYWRIGHT_HTML_OPEN: 'never',
    FORCE_COLOR: '0',
  };
  const nodeOptions = nodeOptionsForPlaywright(env['NODE_OPTIONS']);
  // PW_TEST_REPORTER appends a reporter after ours, whose word would be the last; NO_COLOR beside FORCE_COLOR makes Node
  // warn.
  for (const name of ['NODE_OPTIONS', 'PW_TEST_REPORTER', 'NO_COLOR']) delete env[name];
  if (nodeOptions !== undefined) env['NODE_OPTIONS'] = nodeOptions;
  return env;
}

function readFragment(context: RunContext): Pick<SessionEnd, 'fragment' | 'fragmentProblem'> {
  const name = fragmentName(context.session);
  try {
    const text = readFileSync(path.join(context.runDirectory, name), 'utf8');
    const fragment = Fragment.parse(JSON.parse(text));
    if (fragment.run !== context.id || fragment.session !== context.session) {
      return { fragment: undefined, fragmentProblem: `${name} belongs to another run` };
    }
    return { fragment, fragmentProblem: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { fragment: undefined, fragmentProblem: `${name} cannot be used: ${reason}` };
  }
}

function tryWrite(file: string, text: string): string | undefined {
  try {
    writeFileSync(file, text);
    return undefined;
  } catch (error) {
    return `(the log ${file} could not be written: ${error instanceof Error ? error.message : String(error)})`;
  }
}
