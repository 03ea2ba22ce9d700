import { Unavailable } from '../../contract/cannot-tell.ts';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../contract/exit-codes.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { hasCredentials, WebAddress } from '../../contract/plan/web-address.ts';
import { createHttpApplication } from '../../safety/http-application.ts';
import { type CommandContext, commandOf, wholeNumber } from '../command-context.ts';
import { protectAddresses, untilInterrupted } from '../data/two-databases.ts';
import { databaseArguments, type NamedDatabases } from '../init/database-arguments.ts';
import { exampleFiles } from '../init/example-files.ts';
import { createAsker, LOOK_LIMITS } from '../init/look/asker.ts';
import { lookAtTarget, type Seen } from '../init/look/look-at-target.ts';
import { type DataPart, readDataPart } from '../init/plan/data-part.ts';
import { renderData, renderLook } from '../init/render-look.ts';
import { writeFiles, type WrittenFile } from '../init/write-files.ts';
import { PLAN_FILE, projectFiles } from '../project-files.ts';
import { SCHEMAS_FILE } from '../init/plan/schemas-file.ts';

interface InitOptions {
  readonly url: string;
  readonly name: string;
  readonly openapi?: string;
  readonly old?: string;
  readonly new?: string;
  readonly from?: string;
  readonly stay: boolean;
  readonly offline: boolean;
  readonly timeout: number;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `greenlight init` */
export function initCommand(context: CommandContext): Command {
  return commandOf(
    'init',
    'Look at a target and its databases, and write a commented plan and the Playwright files of a project.',
    [
      'greenlight init --url https://shop.example.com --name shop',
      'greenlight init --url https://shop.example.com --openapi openapi.yaml',
      'greenlight init --url https://shop.example.com --old OLD_DATABASE_URL --new NEW_DATABASE_URL',
      'greenlight init --url https://shop.example.com --dry-run',
      'greenlight init --from ils-kubernetes',
    ],
  )
    .option(
      '--url <url>',
      'address of the target; it is asked (GET only) before anything is written',
      'http://127.0.0.1:3000',
    )
    .option('--name <name>', 'name of the target', 'my-shop')
    .option('--openapi <file|url>', 'its OpenAPI document (default: looked for at the usual addresses)')
    .option('--old <url|variable>', 'the old database, or the environment variable that holds its address')
    .option(
      '--new <url|variable>',
      'the new database, likewise; the plan names the variable, never the address',
    )
    .option(
      '--from <example>',
      'write a whole plan that comes with the package, with its deploy files, instead of looking at a target: mhp-azure, ils-kubernetes, samia-tarot',
    )
    .option('--stay', 'keep the address as given, wherever its home page leads', false)
    .option('--offline', 'ask nobody: write the plan without looking', false)
    .option('--timeout <ms>', 'longest time for one answer of the target', wholeNumber(1), LOOK_LIMITS.eachMs)
    .option('--dry-run', 'print the plan and write nothing', false)
    .option('--json', 'print what was seen, and the files, as JSON', false)
    .action(async (options: InitOptions, command: Command) => {
      const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
      if (options.from !== undefined)
        return context.finish(fromExample(context, options, options.from, isGiven));
      const work = (): Promise<number> => init(context, options, isGiven);
      return context.finish(await untilInterrupted(context.interrupted, work));
    });
}

/** The options that only the plan holds. */
const OF_THE_PLAN = ['url', 'name', 'openapi', 'old', 'new'] as const;

async function init(
  context: CommandContext,
  options: InitOptions,
  isGiven: (name: string) => boolean,
): Promise<number> {
  const { screen, cwd, env } = context;
  const databases = mustBeUsable(options, env, isGiven);
  const keepsPlan = !options.dryRun && existsSync(path.join(cwd, PLAN_FILE));
  let seen: Seen | undefined;
  let data: DataPart | undefined;
  // A plan that is there stays as it is: nobody need be asked for it.
  if (!keepsPlan) {
    if (!options.dryRun) mustNotBeThere(cwd, SCHEMAS_FILE);
    if (databases !== undefined) {
      protectAddresses(context, { old: databases.old.address, new: databases.new.address });
      data = await dataOf(context, databases);
    }
    if (!options.offline && (isGiven('url') || isGiven('openapi'))) {
      const started = performance.now();
      seen = await look(context, options);
      if (!options.json) screen.err(renderLook(seen, (performance.now() - started) / 1000));
    }
    if (data !== undefined && !options.json) screen.err(renderData(data));
  }
  if (context.interrupted.aborted) return EXIT.INTERRUPTED;
  const files = projectFiles({ url: options.url, name: options.name, seen, data });
  if (options.dryRun && !options.json) {
    for (const file of [PLAN_FILE, SCHEMAS_FILE])
      if (files[file] !== undefined) screen.out(`// ${file}\n${files[file]}`);
    return EXIT.GO;
  }
  const all = keepsPlan
    ? Object.entries(files).filter(([file]) => file !== SCHEMAS_FILE)
    : Object.entries(files);
  const written = options.dryRun ? [] : writeFiles(cwd, all);
  if (options.json) {
    screen.out(JSON.stringify(asJson(seen, data, written, options.dryRun ? files : undefined), null, 2));
    return EXIT.GO;
  }
  for (const [file, isNew] of written) screen.out(`${isNew ? 'wrote   ' : 'kept    '} ${file}`);
  const given = OF_THE_PLAN.filter(isGiven);
  if (given.length > 0 && keepsPlan) {
    const named = given.map((name) => `--${name}`).join(' and ');
    screen.err(
      `${PLAN_FILE} was there and is as it was: ${named} had no effect. Change it in the file, or print another with --dry-run.`,
    );
  }
  for (const { variable, isSet } of keepsPlan || databases === undefined
    ? []
    : [databases.old, databases.new])
    if (!isSet)
      screen.err(
        `Set ${variable} to the address of the database before \`greenlight run\`: the plan names it.`,
      );
  screen.err(NEXT);
  return EXIT.GO;
}

/** What only a look at a target, or at databases, needs. */
const OF_A_LOOK = ['url', 'name', 'openapi', 'old', 'new', 'stay', 'offline', 'timeout'] as const;

/**
 * Writes a plan that comes with the package.
 * @throws GreenlightError USAGE for an example that is none, or beside what asks a target; also for parts that would
 *   belong to another plan
 */
function fromExample(
  { screen, cwd }: CommandContext,
  { dryRun, json }: InitOptions,
  name: string,
  isGiven: (name: string) => boolean,
): number {
  const beside = OF_A_LOOK.filter(isGiven).map((option) => `--${option}`);
  if (beside.length > 0) {
    throw new GreenlightError(
      'OPTION_CONFLICT',
      `--from writes a plan as it is, with its addresses in it and in variables that it names: leave out ${beside.join(' and ')}`,
    );
  }
  const example = exampleFiles(name);
  const keepsPlan = existsSync(path.join(cwd, PLAN_FILE));
  if (!dryRun && !keepsPlan)
    for (const file of Object.keys(example).filter((one) => one.startsWith('plan/')))
      mustNotBeThere(cwd, file);
  const files = { ...projectFiles({ url: '', name, seen: undefined, data: undefined }), ...example };
  if (dryRun && !json) {
    for (const [file, content] of Object.entries(example)) screen.out(`// ${file}\n${content}`);
    return EXIT.GO;
  }
  // A plan that is there stays as it is, and parts of another one would only be in its way.
  const wanted = Object.entries(files).filter(
    ([file]) => !keepsPlan || !(file in example) || file === PLAN_FILE,
  );
  const written = dryRun ? [] : writeFiles(cwd, wanted);
  if (json) {
    screen.out(JSON.stringify(asJson(undefined, undefined, written, dryRun ? files : undefined), null, 2));
    return EXIT.GO;
  }
  for (const [file, isNew] of written) screen.out(`${isNew ? 'wrote   ' : 'kept    '} ${file}`);
  screen.err(
    keepsPlan
      ? `${PLAN_FILE} was there and is as it was, so the example was not written. Print it with --dry-run.`
      : `\nNext: read greenlight/README.md: it says what to change for your system, and which variables to set.`,
  );
  return EXIT.GO;
}

const NEXT = `
Next:
  1. npm install --save-dev greenlight @playwright/test      (if you have not)
  2. npx greenlight run                                      answers GO, NO_GO or INCONCLUSIVE
  3. npx playwright test --ui                                the same checks, one by one
  4. describe your own flows in greenlight.config.mts
Keep out of version control: .greenlight/ greenlight-report/ greenlight-synthetic/ test-results/ allure-results/`;

/**
 * All that is wrong with the command line, at once, before anybody is asked.
 * @throws GreenlightError OPTION_INVALID
 */
function mustBeUsable(
  options: InitOptions,
  env: NodeJS.ProcessEnv,
  isGiven: (name: string) => boolean,
): NamedDatabases | undefined {
  const { databases, problems } = databaseArguments(options, env);
  const all = [
    ...urlProblems(options.url),
    ...(options.openapi !== undefined && hasCredentials(options.openapi)
      ? [
          '--openapi holds a user or a password, which would stand in the plan: fetch the document, and name the file',
        ]
      : []),
    ...problems,
    ...(options.offline && isGiven('openapi') && /^https?:/i.test(options.openapi ?? '')
      ? ['--offline asks nobody, and --openapi is an address: give a file']
      : []),
    ...(options.offline && (isGiven('old') || isGiven('new'))
      ? ['--offline asks nobody: leave out --old and --new']
      : []),
  ];
  if (all.length === 0) return databases;
  throw new GreenlightError('OPTION_INVALID', all.join('; '));
}

function urlProblems(text: string): string[] {
  if (hasCredentials(text))
    return [
      '--url holds a user or a password, which would stand in the plan: name them in target.headers instead',
    ];
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return [`--url: "${text}" is no http or https address`];
  return WebAddress.safeParse(text).success
    ? []
    : [`--url: "${text}" holds a query or a fragment: paths are added to it`];
}

/** A plan would import from it what another one needed. @throws GreenlightError FILE_EXISTS */
function mustNotBeThere(cwd: string, file: string): void {
  if (!existsSync(path.join(cwd, file))) return;
  throw new GreenlightError('FILE_EXISTS', `${file} is there, and the plan that imports it is not`, {
    hint: `Move ${file} away: it is written with the plan, and nothing that is there is overwritten.`,
  });
}

async function look({ screen, interrupted, cwd }: CommandContext, options: InitOptions): Promise<Seen> {
  const limits = { ...LOOK_LIMITS, eachMs: options.timeout };
  const asker = createAsker(createHttpApplication(), limits, interrupted, (url) =>
    screen.transient(`asking ${url}`),
  );
  return lookAtTarget({ url: options.url, stay: options.stay, openapi: options.openapi, cwd }, asker);
}

/** A database that cannot be read keeps nobody from a plan for the rest. */
async function dataOf({ screen }: CommandContext, databases: NamedDatabases): Promise<DataPart | undefined> {
  try {
    screen.transient('reading the catalogues of both databases');
    return await readDataPart(databases, 60_000);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    screen.err(
      `The ${error.side} database could not be read: ${error.message}. The plan is written without it.`,
    );
    return undefined;
  }
}

function asJson(
  seen: Seen | undefined,
  data: DataPart | undefined,
  written: readonly WrittenFile[],
  contents: Readonly<Record<string, string>> | undefined,
): object {
  return {
    target: seen === undefined ? null : lookAsJson(seen),
    data: data === undefined ? null : { tables: data.tables, suggestions: data.suggestions },
    files: written.map(([file, isNew]) => ({ file, state: isNew ? 'written' : 'kept' })),
    ...(contents === undefined ? {} : { contents }),
  };
}

/** Without bodies: they may be data of customers. */
function lookAsJson({
  home,
  pages,
  health,
  version,
  openapi,
  openapiProblem,
  requests,
  stopped,
}: Seen): object {
  return {
    url: home.base,
    status: home.answer?.status ?? null,
    unanswered: home.none ?? null,
    redirects: home.hops,
    leadsTo: home.leadsTo ?? null,
    pages: pages.paths,
    health: health === undefined ? null : { path: health.path, said: health.said },
    release: version ?? null,
    openapi:
      openapi === undefined
        ? null
        : {
            from: openapi.from,
            version: openapi.version,
            gets: openapi.gets.map(({ operation, result, status, schema, why }) => ({
              path: operation.path,
              result,
              status: status ?? null,
              schema: schema ?? null,
              why,
            })),
          },
    openapiProblem: openapiProblem ?? null,
    requests,
    stopped: stopped ?? null,
  };
}
