import { type Command, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { Phase } from '../../contract/evidence/outcome.ts';
import { exitCodeOf } from '../../contract/exit-codes.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import { painter } from '../../reporters/renderers/terminal/paint.ts';
import { type CommandContext, commandOf, CONFIG_OPTION } from '../command-context.ts';
import { type Checklist, checklistOf, itemsOf } from '../people/checklist.ts';
import { loadPeoplePlan } from '../people/people-plan.ts';
import { renderChecklist, renderChecklistMarkdown } from '../people/render-checklist.ts';
import { releaseOf } from '../people/release-option.ts';

interface ChecklistOptions {
  readonly config?: string;
  readonly phase?: Phase;
  readonly for?: string;
  readonly release?: string;
  readonly commit?: string;
  readonly markdown: boolean;
  readonly json: boolean;
}

/** `greenlight checklist`: its exit code says whether everything is given, so that a script can wait for it. */
export function checklistCommand(context: CommandContext): Command {
  return commandOf('checklist', 'Show what people have stated, what is still open, and for whom.', [
    'greenlight checklist --release 2.4.0',
    'greenlight checklist --release 2.4.0 --phase preflight --for DBA',
    'greenlight checklist --release 2.4.0 --markdown > checklist.md',
  ])
    .option(...CONFIG_OPTION)
    .addOption(
      new Option('--phase <phase>', 'only what the verdict of this phase asks for (default: all)').choices(
        Phase.options,
      ),
    )
    .option('--for <role>', 'only what is for this role')
    .option('--release <id>', 'the release; without it, what is said of a release is open')
    .option('--commit <sha>', 'its commit')
    .addOption(new Option('--markdown', 'as Markdown').default(false).conflicts('json'))
    .option('--json', 'as JSON', false)
    .action(async (options: ChecklistOptions) => {
      const people = await loadPeoplePlan(context.cwd, options.config);
      const role = options.for;
      if (role !== undefined && !people.asked.some(({ asked }) => plain(asked.role) === plain(role))) {
        const roles = [...new Set(people.asked.map(({ asked }) => asked.role))];
        throw new GreenlightError('NAME_UNKNOWN', `--for: nothing is asked of the role "${role}"`, {
          hint:
            roles.length === 0
              ? 'The plan asks nothing of anybody: see people.sections.'
              : `Roles: ${roles.join(', ')}.`,
        });
      }
      const checklist = checklistOf(people, {
        phases: options.phase === undefined ? Phase.options : [options.phase],
        role,
        release: releaseOf(options) ?? null,
        at: new Date().toISOString(),
        config: options.config,
      });
      // An empty list would read as "all done".
      if (itemsOf(checklist).length === 0) {
        const where = options.phase === undefined ? 'the plan' : `the phase ${options.phase}`;
        throw new GreenlightError('NOTHING_PLANNED', `${where} asks nothing of anybody (people.sections)`);
      }
      context.screen.out(
        options.json
          ? JSON.stringify(checklist, null, 2)
          : options.markdown
            ? renderChecklistMarkdown(checklist)
            : renderChecklist(checklist, painter(context.screen.colour)),
      );
      context.finish(exitCodeOf(standOf(checklist)));
    });
}

function standOf(checklist: Checklist): 'GO' | 'NO_GO' | 'INCONCLUSIVE' {
  const states = itemsOf(checklist).map(({ state }) => state);
  if (states.includes('refused')) return 'NO_GO';
  return states.every((state) => state === 'attested') ? 'GO' : 'INCONCLUSIVE';
}
