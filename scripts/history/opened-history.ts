import path from 'node:path';
import type { Plan } from '../../contract/plan/plan.ts';
import type { HistoryStore } from '../../contract/ports/history-store.ts';
import { loadConfig } from '../../host/load-config.ts';
import { openHistory } from '../../history/open-history.ts';
import { redactorOf } from '../../safety/redactor.ts';
import type { CommandContext } from '../command-context.ts';

/** The plan and its history, for commands that only read. The caller closes it. */
export async function openedHistory(
  context: CommandContext,
  options: { readonly config?: string; readonly state?: string },
): Promise<{ readonly plan: Plan; readonly store: HistoryStore }> {
  const { plan, file } = await loadConfig(context.cwd, options.config);
  context.screen.protect(redactorOf(plan, context.env));
  const stateDirectory = path.resolve(
    context.cwd,
    options.state ?? path.join(path.dirname(file), '.greenlight'),
  );
  return { plan, store: await openHistory({ plan, planFile: file, stateDirectory, env: context.env }) };
}
