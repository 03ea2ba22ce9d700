import { readFile } from 'node:fs/promises';
import { GreenlightError } from '../../../contract/errors.ts';
import { canBeShared, type LoadProfile } from '../../../contract/load/load-profile.ts';
import { hostOf, isLoopback } from '../../../contract/plan/loopback.ts';
import { plannedIn } from '../../../contract/plan/planned-in.ts';
import type { Plan } from '../../../contract/plan/plan.ts';
import { refuseLiveKeys } from '../../../safety/live-keys.ts';
import { createRedactor } from '../../../safety/redactor.ts';
import { secretValuesOf } from '../../../safety/process-secrets.ts';
import { looksSecret } from '../../../safety/secret-values.ts';
import { planLeaves, secretNames } from '../../../safety/secrets.ts';
import { refusal } from '../../load-guards.ts';
import { bundleForK6 } from '../k6/bundle.ts';
import { orderForK6 } from '../k6/order.ts';
import { ORDER_ENV } from '../k6/runtime.ts';
import { manifestOf, type PodChoices } from './manifest.ts';
import type { ConfigMapManifest, TestRunManifest } from './manifest-schema.ts';
import { k6VersionOf, pinnedImage } from './pinned-image.ts';
import { DnsLabel, MOST_NAME, RunnerOrder } from './runner-order.ts';
import { tryScript } from './try-script.ts';

/** A ConfigMap holds 1 MiB in all; some of it is left to names, labels and what else may come. */
export const MOST_SCRIPT_BYTES = 2 ** 20 - 2 ** 16;
/** What k6 writes for one request, in bytes; seen: 1100 to 1300 with the two tags of the operator. */
const LOG_BYTES_PER_REQUEST = 1300;

export interface ExportAsked extends Omit<PodChoices, 'secrets'> {
  readonly plan: Plan;
  readonly planFile: string;
  readonly profile: string;
  readonly parallelism: number;
  readonly namespace: string;
  readonly image: string;
  /** Further secrets that the flow reads; those that its text names are found. */
  readonly secrets: readonly string[];
  /** Variables that the plan reads while it is loaded. */
  readonly variables: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly scratch: string;
  readonly now: Date;
}

export interface ExportedRun {
  readonly order: RunnerOrder;
  readonly manifest: readonly [ConfigMapManifest, TestRunManifest];
  /** Keys that the Secret must have; empty: no Secret is needed. */
  readonly secrets: readonly string[];
  /** Whether k6 was here to load the script as the initializer will. */
  readonly tried: boolean;
  /** About what each runner writes to its log, in MiB. */
  readonly logMiB: number;
  /** Targets that a pod reaches only within itself. */
  readonly loopback: readonly string[];
}

/**
 * Makes everything that k6-operator needs to make the load of one profile. Nothing is sent.
 * @throws GreenlightError EXPORT_REFUSED with the reason when this load cannot be exported, LIVE_KEY, PART_MISSING
 */
export async function exportRun(asked: ExportAsked): Promise<ExportedRun> {
  const { plan, parallelism, env, scratch } = asked;
  const profile = exportable(plan, asked.profile);
  const flow = plan.flows.find(({ id }) => id === profile.flow);
  refuseLiveKeys(plan, env);
  const refused = refusal(plan, profile, flow);
  if (refused !== undefined)
    throw new GreenlightError('EXPORT_REFUSED', refused.summary, { hint: refused.remedy });
  refuseCredentials({ ...plan.target.urls, control: plan.target.control });
  for (const [option, text] of [
    ['--namespace', asked.namespace],
    ['--secret-name', asked.secretName],
  ] as const) {
    if (!DnsLabel.safeParse(text).success)
      throw new GreenlightError('OPTION_INVALID', `${option}: "${text}" is no name of Kubernetes`);
  }
  if (asked.starterImage !== undefined) pinnedImage(asked.starterImage, '--starter-image');
  const k6Version = k6VersionOf(asked.image);

  const control = plan.target.control;
  const { check, policy } = plannedIn(plan, profile);
  const made = orderForK6(
    { profile, flow, urls: plan.target.urls, headers: plan.target.headers, run: '' },
    parallelism,
    () => 'stdout',
  );
  const k6 = {
    ...made,
    summaryFile: 'stdout' as const,
    run: `op${made.nonce.slice(0, 8)}`,
    ...(control === undefined ? {} : { control }),
  };
  const order = RunnerOrder.parse({
    schema: 'greenlight/k6-operator@1',
    // Of its own for each export, so that Jobs of an earlier one are never taken for these.
    name: `${`gl-${profile.id}`.slice(0, MOST_NAME - 9).replace(/-+$/, '')}-${made.nonce.slice(0, 8)}`,
    namespace: asked.namespace,
    parallelism,
    image: asked.image,
    k6Version,
    check: profile.id,
    target: plan.target.name,
    exportedAt: asked.now.toISOString(),
    planned: check,
    policy,
    k6,
  } satisfies RunnerOrder);

  const embedded = { ...variablesOf(asked), [ORDER_ENV]: JSON.stringify(k6) };
  const file = await bundleForK6(flow === undefined ? undefined : asked.planFile, scratch, embedded);
  const script = await readFile(file, 'utf8');
  refuseSecretsIn(script, plan, env);
  const bytes = Buffer.byteLength(script);
  if (bytes > MOST_SCRIPT_BYTES) {
    throw new GreenlightError(
      'EXPORT_REFUSED',
      `The script has ${bytes} bytes; a ConfigMap holds ${MOST_SCRIPT_BYTES} of them: keep large data and packages out of the modules that the plan imports`,
    );
  }
  const tried = await tryScript(file, scratch, parallelism);
  const secrets = secretsOf(asked, flow, profile);
  const requests =
    ((profile.rate ?? 0) * (k6.warmupS + k6.durationS) * (flow?.steps.length ?? 1)) / parallelism;
  return {
    order,
    manifest: manifestOf(order, script, { ...asked, secrets }),
    secrets,
    tried,
    logMiB: (requests * LOG_BYTES_PER_REQUEST) / 2 ** 20,
    loopback: Object.values(plan.target.urls).filter((url) => {
      const host = hostOf(url);
      return host !== undefined && isLoopback(host);
    }),
  };
}

function exportable(plan: Plan, id: string): LoadProfile {
  const profile = plan.load.profiles.find((one) => one.id === id);
  const refuse = (message: string): never => {
    throw new GreenlightError('EXPORT_REFUSED', message);
  };
  if (profile === undefined) {
    const known = plan.load.profiles.map((one) => one.id).join(', ') || '(none)';
    throw new GreenlightError('NAME_UNKNOWN', `The plan has no load profile "${id}"`, {
      hint: `It has: ${known}.`,
    });
  }
  if (profile.engine !== 'k6')
    return refuse(
      `"${id}" is made by ${profile.engine}, which k6-operator does not run: give it engine: "k6"`,
    );
  if (!canBeShared(profile)) {
    return refuse(
      `"${id}" is a ${profile.kind}: its levels depend on how the last one went, and runners are judged at their end; export profiles of kind "baseline"`,
    );
  }
  if (profile.rate === undefined) {
    return refuse(
      `"${id}" has no rate, so nothing would tell a runner without processor from a slow target: give it rate: <arrivals a second>`,
    );
  }
  return profile;
}

function refuseCredentials(urls: Readonly<Record<string, string | undefined>>): void {
  for (const [name, url] of Object.entries(urls)) {
    const { username, password } = new URL(url ?? 'http://none');
    if (username === '' && password === '') continue;
    throw new GreenlightError('SECRET_EXPOSED', `The URL "${name}" of the target holds credentials`);
  }
}

/** Values of variables that the plan reads while it is loaded; in the cluster nobody else would set them. */
function variablesOf({ variables, plan, env }: ExportAsked): Record<string, string> {
  const named = new Set(secretNames(plan));
  return Object.fromEntries(
    variables.map((name) => {
      const value = env[name];
      if (value === undefined) throw new GreenlightError('VARIABLE_MISSING', `--env: ${name} is not set`);
      if (named.has(name) || looksSecret(name)) {
        throw new GreenlightError(
          'SECRET_EXPOSED',
          `--env: ${name} is a secret, and its value would lie in a ConfigMap`,
        );
      }
      return [name, value];
    }),
  );
}

/** The last guard: nothing that is known to be secret may lie in a ConfigMap, however it came into the script. */
function refuseSecretsIn(script: string, plan: Plan, env: NodeJS.ProcessEnv): void {
  const redactor = createRedactor({ env, values: secretValuesOf(plan, env), enabled: true });
  const line = script.split('\n').findIndex((text) => redactor.known(text) !== text);
  if (line === -1) return;
  throw new GreenlightError('SECRET_EXPOSED', `The script would hold a secret in its line ${line + 1}`);
}

/** A flow reads secrets by name, so its text tells which; helpers in other files are the reason for --secret. */
function secretsOf(
  { plan, secrets }: ExportAsked,
  flow: Plan['flows'][number] | undefined,
  profile: LoadProfile,
): readonly string[] {
  const known = secretNames(plan);
  const unknown = secrets.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new GreenlightError('NAME_UNKNOWN', `--secret: the plan does not name ${unknown}`, {
      hint: `It names: ${known.join(', ') || '(none)'}.`,
    });
  }
  const text = planLeaves([flow?.steps, profile.requests, plan.target.headers])
    .map(({ value }) => (typeof value === 'string' ? value : value.secret))
    .join('\n');
  return known.filter((name) => secrets.includes(name) || new RegExp(`\\b${name}\\b`).test(text));
}
