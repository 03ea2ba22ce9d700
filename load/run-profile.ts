import type { Finding } from '../contract/evidence/finding.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import { canBeShared, type LoadProfile } from '../contract/load/load-profile.ts';
import type { LoadResult } from '../contract/load/load-result.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { LoadEngine, LoadOrder } from '../contract/ports/load-engine.ts';
import { askControl, type ControlAnswer } from '../safety/ask-control.ts';
import { holdAgainstBaseline } from './compare/hold-against-baseline.ts';
import { loadFinding } from './load-finding.ts';
import { shareFinding } from './shares-finding.ts';
import { refusal } from './load-guards.ts';
import { loadSetting } from './load-setting.ts';
import { stagesFinding } from './stages/stages-finding.ts';
import { runStages, type Stage, type StageRun } from './stages/run-stages.ts';

/** What a run of one profile needs from its surroundings. */
export interface ProfileRun extends Pick<
  LoadOrder,
  'run' | 'scratch' | 'secret' | 'progress' | 'signal' | 'segment'
> {
  readonly plan: Plan;
  readonly profile: LoadProfile;
  readonly engine: LoadEngine;
  readonly planFile: string | undefined;
}

/** Runs one profile and says what was seen. Never throws for anything that may go wrong with an engine. */
export async function runProfile(given: ProfileRun): Promise<Finding> {
  const { plan, profile, engine } = given;
  const flow = plan.flows.find((one) => one.id === profile.flow);
  const unknown = (word: string, message: string, remedy: string): Finding =>
    unknownFinding(profile.id, { word, message, remedy });

  const refused = refusal(plan, profile, flow);
  if (refused !== undefined) return unknown('load-refused', refused.summary, refused.remedy);

  const availability = await engine.availability();
  if (!availability.available) {
    const summary = `The load engine ${engine.name} is not here: ${availability.reason}`;
    const missing = unknown('engine-missing', summary, availability.remedy);
    return profile.optional ? { ...missing, outcome: 'not-applicable' } : missing;
  }
  const elsewhere = engine.name === 'k6' || profile.processes > 1;
  if (elsewhere && flow !== undefined && given.planFile === undefined) {
    return unknown(
      'plan-file-unknown',
      `${engine.name === 'k6' ? 'k6 bundles' : 'Several processes read'} the flow from the plan file, but nothing says which file that is`,
      'set GREENLIGHT_PLAN to the plan file, or start with `greenlight run`',
    );
  }

  try {
    const { run, scratch, secret, progress, signal } = given;
    const { urls, headers } = plan.target;
    const planFile = given.planFile ?? '';
    let levels = 0;
    const measure = async (
      order: LoadOrder,
    ): Promise<{ readonly result: LoadResult; readonly control: ControlAnswer }> => {
      const result = await engine.run(order);
      const noAnswers =
        result.unreachable !== undefined || result.errors.connection + result.errors.timeout > 0;
      return { result, control: noAnswers ? await askControl(plan.target.control) : 'not-asked' };
    };
    const setting = loadSetting(profile, flow, plan.target.urls);
    if (given.segment !== undefined) {
      const { segment } = given;
      if (!canBeShared(profile)) {
        return unknown(
          'load-refused',
          'This load cannot be shared',
          'see `greenlight run --help`: --segment',
        );
      }
      const order = {
        profile,
        flow,
        urls,
        headers,
        run,
        planFile,
        scratch,
        secret,
        progress,
        signal,
        segment,
      };
      return shareFinding({ segment, profile, setting, ...(await measure(order)) });
    }
    const runStage = async (stage: Stage): Promise<StageRun> => {
      const line = (text: string): void =>
        progress(profile.kind === 'baseline' ? text : `${stage.name} (${stage.level}): ${text}`);
      const order: LoadOrder = {
        profile: stage.profile,
        flow,
        urls,
        headers,
        // Virtual users of one level must not meet those of another.
        run: `${run}l${(levels += 1)}`,
        planFile,
        scratch,
        secret,
        progress: line,
        signal,
      };
      const { result, control } = await measure(order);
      return { stage, result, finding: loadFinding({ profile: stage.profile, result, control }) };
    };

    const said = stagesFinding(profile, await runStages(profile, { run: runStage, signal }));
    return said.detail?.kind === 'load'
      ? holdAgainstBaseline(
          { ...said, detail: { ...said.detail, setting } },
          { profile, target: plan.target.name, planFile: given.planFile },
        )
      : said;
  } catch (error) {
    return unknown(
      'engine-fault',
      `The load engine failed: ${error instanceof Error ? error.message : String(error)}`,
      'see `greenlight doctor`; a broken engine says nothing about the target',
    );
  }
}
