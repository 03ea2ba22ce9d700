import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { parseReportUrl } from '../../gate/serve-options.ts';
import { writeFileAtomically } from '../../host/atomic-write.ts';
import { createPost } from '../../host/post.ts';
import { readVerdict } from '../../host/read-report.ts';
import { reportFiles } from '../../host/report-files.ts';
import { PUBLISHER_SECRETS } from '../../reporters/publishers/index.ts';
import { DEFAULT_OUTPUT } from '../../run/asked-verdict.ts';
import { mustHaveSettings } from '../../run/publisher-settings.ts';
import { createRedactor } from '../../safety/redactor.ts';
import { fillTemplate } from '../announce/fill-template.ts';
import { type Format, formatOf, FORMATS } from '../announce/formats.ts';
import { type Kind, KIND_NAMES, KINDS, mustFit } from '../announce/kinds.ts';
import { type Carrier, CARRIERS, FORMAT_FOR, send } from '../announce/send.ts';
import { type CommandContext, commandOf } from '../command-context.ts';

interface AnnounceOptions {
  readonly kind: Kind;
  readonly verdict: string;
  readonly template?: string;
  readonly format?: Format;
  readonly output?: string;
  readonly comment?: string;
  readonly reportUrl?: string;
  readonly past: boolean;
  readonly publish: readonly Carrier[];
}

/** `greenlight announce`. Nothing is sent unless somebody to tell is named. */
export function announceCommand(context: CommandContext): Command {
  return commandOf(
    'announce',
    'Write an announcement from a verdict, by your template. Sends nothing by itself.',
    [
      'greenlight announce --kind success',
      'greenlight announce --kind rollback --template announcements/rollback.md > message.md',
      'greenlight announce --kind stakeholders --template mail.html --output mail.html.out',
      'greenlight announce --kind success --report-url https://ci/reports/{run} --publish slack',
    ],
  )
    .addOption(new Option('--kind <kind>', 'what is announced').choices(KIND_NAMES).makeOptionMandatory())
    .option('--verdict <directory>', 'the report directory', DEFAULT_OUTPUT)
    .option('--template <file>', 'your text with {{placeholders}} (default: one for each kind)')
    .addOption(
      new Option(
        '--format <format>',
        'what text from the target is escaped for (default: by the ending of the template, else text)',
      ).choices(FORMATS),
    )
    .option('-o, --output <file>', 'write it there (default: print it)')
    .option('--comment <text>', 'what {{comment}} stands for')
    .option('--report-url <url>', 'where the report can be read; {run} stands for the run')
    .option('--past', 'tell a GO that is no longer valid as what was', false)
    .addOption(new Option('--publish <name...>', 'send it there too').choices(CARRIERS).default([]))
    .action(async (options: AnnounceOptions) => {
      const { kind } = options;
      const format = options.format ?? formatOfTemplate(options.template);
      const reportOf = parseReportUrl(options.reportUrl);
      mustHaveSettings(options.publish, context.env);
      const files = reportFiles(path.resolve(context.cwd, options.verdict));
      const verdict = readVerdict(files.verdict);
      mustFit(kind, verdict, { now: Date.now(), past: options.past });
      const template = templateOf(context.cwd, options);
      const report = reportOf?.(verdict.run.id);
      const redactor = createRedactor({ env: context.env, names: PUBLISHER_SECRETS });
      // Before it is escaped: after that an address with a password in it does not look like one any more.
      const announced = {
        verdict,
        report: report === undefined ? undefined : redactor.text(report),
        comment: redactor.text(options.comment ?? ''),
      };
      const textIn = (one: Format): string =>
        redactor.text(template.tidy(fillTemplate(template.text, template.name, one, announced)));
      const text = textIn(format);
      if (options.output === undefined) context.screen.out(text);
      else {
        const output = path.resolve(context.cwd, options.output);
        writeFileAtomically(output, `${text}\n`);
        context.screen.err(`wrote ${output}`);
      }
      if (Date.parse(verdict.expiresAt) < Date.now()) {
        context.screen.err(`note: this verdict was valid until ${verdict.expiresAt}.`);
      }
      let delivered = true;
      for (const carrier of options.publish) {
        const spoken = FORMAT_FOR[carrier] ?? format;
        try {
          const place = {
            env: context.env,
            directory: files.directory,
            screen: context.screen,
            report,
            post: createPost(),
          };
          await send(carrier, textIn(spoken), { kind, verdict, format: spoken }, place);
          context.screen.err(`told ${carrier}`);
        } catch (error) {
          delivered = false;
          const problem = error instanceof Error ? error.message : String(error);
          context.screen.err(redactor.text(`${carrier} was not told: ${problem}`));
        }
      }
      context.finish(delivered ? EXIT.GO : EXIT.INCONCLUSIVE);
    });
}

/** @throws GreenlightError OPTION_MISSING for an ending that tells no format: escaping for the wrong one escapes nothing */
function formatOfTemplate(template: string | undefined): Format {
  if (template === undefined) return 'text';
  const format = formatOf(template);
  if (format !== undefined) return format;
  throw new GreenlightError(
    'OPTION_MISSING',
    `--format: the ending of ${template} does not say what it is written in`,
    {
      hint: `Name it: --format ${FORMATS.join(' | ')}.`,
    },
  );
}

function templateOf(
  cwd: string,
  { template, kind }: AnnounceOptions,
): { readonly text: string; readonly name: string; readonly tidy: (text: string) => string } {
  if (template === undefined) {
    return { text: KINDS[kind].template, name: `of ${kind}`, tidy: withoutGaps };
  }
  try {
    const text = readFileSync(path.resolve(cwd, template), 'utf8');
    return { text, name: template, tidy: (filled) => filled.replace(/\n$/, '') };
  } catch (cause) {
    throw new GreenlightError('FILE_UNREADABLE', `--template ${template}`, { cause });
  }
}

/** In our own texts a placeholder that stands for nothing, such as a comment, leaves no hole. */
function withoutGaps(text: string): string {
  return text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
