import path from 'node:path';
import { registerChecks } from '../../checks/index.ts';
import { GreenlightError } from '../../contract/errors.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { PlannedCheck } from '../../contract/plan/checks.ts';
import { hostsWithoutPictures } from '../../contract/plan/pictures.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import type { SpecCheck } from '../../contract/plan/spec-check.ts';
import type { ProcessGroup } from '../../host/process-group.ts';
import { findPlanFile } from '../../load/plan-file.ts';
import { refuseLiveKeys } from '../../safety/live-keys.ts';
import { type Redactor, redactorOf } from '../../safety/redactor.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { findSpec } from './find-spec.ts';
import { specFinding } from './spec-finding.ts';
import { runSpec } from './run-spec.ts';
import { specTest } from './spec-test.ts';

/** Starting Playwright, and ending it when it is late. */
const OVERHEAD_MS = 60_000;

/**
 * Registers one Playwright test for each spec of the user's that the phase of this run requires. They run one after the
 * other: two Playwrights under one configuration would share its servers and the files of its reporters.
 */
export function defineSpecs(plan: Plan): void {
  if (plan.specs.length === 0) return;
  const redactor = redactorOf(plan);
  specTest.describe(() => {
    specTest.describe.configure({ mode: 'default' });
    registerChecks(specTest, plan, 'run/user-specs', {
      spec: (check) => {
        const spec = specOf(plan, check.id);
        return {
          tags: ['spec'],
          look: async ({ scratch, startedGroups }, testInfo) => {
            testInfo.setTimeout(spec.timeoutMinutes * 60_000 + OVERHEAD_MS);
            refuseLiveKeys(plan);
            return look(plan, spec, check, {
              redactor,
              scratch,
              planFile: findPlanFile([testInfo.config.configFile, testInfo.config.rootDir, testInfo.file]),
              outputDirectory: testInfo.outputPath('spec'),
              started: startedGroups.add,
            });
          },
        };
      },
    });
  });
}

interface LookOptions {
  readonly redactor: Redactor;
  readonly scratch: string;
  /** Undefined where Playwright was started by hand and no plan lies above its specs. */
  readonly planFile: string | undefined;
  readonly outputDirectory: string;
  readonly started: (group: ProcessGroup) => void;
}

async function look(
  plan: Plan,
  spec: SpecCheck,
  check: PlannedCheck,
  { redactor, scratch, planFile, outputDirectory, started }: LookOptions,
): Promise<Finding> {
  const found = findSpec(spec, planFile ?? path.resolve('greenlight.config'), `specs of ${check.id}`);
  if ('problems' in found) {
    const [first] = found.problems;
    const summary =
      first === undefined ? 'its spec was not found' : `${first.path}: ${first.value} ${first.problem}`;
    const remedy = first?.remedy ?? 'correct the plan';
    return { check: check.id, outcome: 'unknown', cause: 'spec-missing', summary, remedy };
  }
  const app = plan.target.urls['app'];
  const end = await runSpec({
    check: check.id,
    found,
    grep: spec.grep,
    projects: spec.projects ?? [],
    control: plan.target.control,
    set: {
      ...(app === undefined ? {} : { GREENLIGHT_TARGET_URL: app }),
      ...Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, resolveSecret(value)])),
    },
    env: process.env,
    scratch: path.join(scratch, 'spec'),
    // Nobody can mask pixels: where the plan lets no pictures be taken, what they lie in goes with the scratch.
    outputDirectory:
      hostsWithoutPictures(plan).length > 0 ? path.join(scratch, 'artifacts') : outputDirectory,
    timeoutMs: spec.timeoutMinutes * 60_000,
    started,
    onLine: (line) => void process.stdout.write(`${check.id}: ${redactor.text(line)}\n`),
  });
  return specFinding({
    spec,
    check,
    urls: Object.values(plan.target.urls),
    elsewhere: [
      ...Object.values(plan.target.old?.urls ?? {}),
      ...Object.values(plan.target.thirdParties ?? {}).map(({ url }) => url),
    ],
    paths: found.paths,
    configFile: found.playwright.configFile,
    end,
  });
}

function specOf(plan: Plan, id: string): SpecCheck {
  const spec = plan.specs.find((one) => one.id === id);
  if (spec === undefined) throw new GreenlightError('INTERNAL', `the check ${id} has no spec`);
  return spec;
}
