import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../contract/exit-codes.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { projectFiles } from '../project-files.ts';

interface InitOptions {
  readonly url: string;
  readonly name: string;
}

/** `greenlight init` */
export function initCommand(context: CommandContext): Command {
  return commandOf(
    'init',
    'Write a commented plan, one example flow and the Playwright files of a project.',
    ['greenlight init --url https://shop.example.com --name shop'],
  )
    .option('--url <url>', 'address of the target', 'http://127.0.0.1:3000')
    .option('--name <name>', 'name of the target', 'my-shop')
    .action((options: InitOptions, command: Command) => {
      mustBeUrl(options.url);
      const written = writeFiles(context.cwd, projectFiles(options));
      for (const [file, isNew] of written) {
        context.screen.out(`${isNew ? 'wrote   ' : 'kept    '} ${file}`);
      }
      const given = OF_THE_PLAN.filter((name) => command.getOptionValueSource(name) === 'cli');
      if (given.length > 0 && written.some(([file, isNew]) => file === PLAN && !isNew)) {
        const options = given.map((name) => `--${name}`).join(' and ');
        context.screen.err(
          `${PLAN} was there and is as it was: ${options} had no effect. Change it in the file.`,
        );
      }
      context.screen.err(NEXT);
      context.finish(EXIT.GO);
    });
}

const PLAN = 'greenlight.config.mts';
/** The options that only the plan holds. */
const OF_THE_PLAN = ['url', 'name'] as const;

const NEXT = `
Next:
  1. npm install --save-dev greenlight @playwright/test      (if you have not)
  2. npx greenlight run                                      answers GO, NO_GO or INCONCLUSIVE
  3. npx playwright test --ui                                the same checks, one by one
  4. describe your own flows in greenlight.config.mts
Keep out of version control: .greenlight/ greenlight-report/ test-results/ allure-results/`;

/** Never overwrites: a file that is there is the user's. */
function writeFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
): readonly (readonly [file: string, isNew: boolean])[] {
  return Object.entries(files).map(([name, content]) => {
    const file = path.join(directory, name);
    if (existsSync(file)) return [name, false];
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
    return [name, true];
  });
}

function mustBeUrl(text: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new GreenlightError('USAGE', `--url: "${text}" is no http or https address`);
}
