import { z } from 'zod';
import { CheckId } from './check-id.ts';
import { checkOptions } from './check-options.ts';
import { Program } from './command.ts';
import { GreenlightError, type Problem } from '../errors.ts';
import { RATE_LIMIT_WAIT_MS } from '../events/situation.ts';
import type { Flow } from '../flow/flow.ts';
import { LoadComparison } from '../load/load-comparison.ts';
import { LoadCaps, LoadProfile } from '../load/load-profile.ts';
import { Phase, Project } from '../evidence/outcome.ts';
import { Policies, type PoliciesInput } from '../verdict/policy.ts';
import { HistoryPlan, LeasePlan } from './history-plan.ts';
import { People } from './people.ts';
import { Probe } from './probe.ts';
import { planProblems } from './plan-problems.ts';
import { Runbook } from './runbook.ts';
import { Notify } from '../notify/notify.ts';
import { ExportPlan } from '../export/export-plan.ts';
import { SecretString } from './secret.ts';
import { AlertsCheck } from '../slo/alerts-check.ts';
import { Metrics } from '../slo/metric-check.ts';
import { Slo } from '../slo/slo.ts';
import { SpecCheck } from './spec-check.ts';
import { SyntheticPlan } from './synthetic-plan.ts';
import { RedisMapping } from './redis-plan.ts';
import { StatePlan } from './state-plan.ts';
import { shown } from '../flow/statement.ts';
import { AddedColumns, ExceptTables, OtherTables } from '../evidence/coverage.ts';
import { TableMapping } from './table-mapping.ts';
import { Target } from './target.ts';

const FlowValue = z.custom<Flow>(
  (value) =>
    typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'greenlight.flow',
  'must be a flow, made with flow(id, options)',
);

/** How one kind of created data is removed again. */
const CreatedKind = z.union([
  z.strictObject({
    /** Makes the flow that removes the thing with this identity; a thing that is gone already must count as removed. */
    undo: z.custom<(identity: string) => Flow>(
      (value) => typeof value === 'function',
      'must be a function (identity) => flow',
    ),
  }),
  z.strictObject({
    /** Why it stays: some systems never delete an order. It is labelled, listed, and left. */
    keep: z.string().min(1),
  }),
]);

/** A check of the user's own: a Playwright test that calls `check(id, ...)` in a spec beside the plan. */
const OwnCheck = z.strictObject({
  id: CheckId,
  /** The statement in words, as reports show it. */
  title: z.string().min(1),
  /** Phases in which it must run. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** Which Playwright project its spec belongs to; they run in this order. */
  project: Project.default('suites'),
  ...checkOptions,
});

/** A host name, or host:port, that may be touched although it is not loopback. */
const Host = z.string().regex(/^[a-z0-9.-]+(:\d+)?$/i, 'must be a host name such as shop.example.com');

/** The user's plan. Strict: an unknown key is a problem, never ignored. */
export const PlanSchema = z.strictObject({
  target: Target,
  /**
   * Hosts, besides loopback, on which flows may create data, on which load may run, whose rate limit may be tried, that
   * may be searched for what stands open, and of whose pages screenshots and traces may be kept where a check does not
   * pass; programs that may be run at all; and switches that may be turned.
   */
  allow: z
    .strictObject({
      /** Hosts on which flows may create data. Host name, or `host:port`. */
      createData: z.array(Host).default([]),
      /** Hosts on which load may be made. Payment providers are refused. */
      load: z.array(Host).default([]),
      /** Hosts whose rate limit may be tried, by a few requests that are meant to be refused. Host name, or `host:port`. */
      rateLimit: z.array(Host).optional(),
      /** Hosts that may be searched for what stands open, by safe requests. Host name, or `host:port`. */
      open: z.array(Host).optional(),
      /** Hosts of whose pages screenshots and traces may be kept. Pixels cannot be redacted. */
      pictures: z.array(Host).optional(),
      /** Programs that checks may run, each in the words of the plan: `kubectl`, or `./scripts/verify.sh`. */
      commands: z.array(Program).optional(),
      /** Feature flags that a probe may turn and put back, each by its name. */
      flags: z.array(z.string().min(1)).optional(),
      /** Test providers whose circuit breaker a probe may trip and reset, each by its name. */
      breakers: z.array(z.string().min(1)).optional(),
    })
    .default({ createData: [], load: [] }),
  /** Journeys of typed steps, each made with `flow(id, options)`; each is one check. */
  flows: z.array(FlowValue).default([]),
  /** Small checks of one address, as data; each is one check. */
  probes: z.array(Probe).default([]),
  /** What must have become of the old databases. */
  data: z
    .strictObject({
      /** Tables of old and where their rows went; each is one check. */
      tables: z.array(TableMapping).default([]),
      /** Compares every table that `tables` does not name and `except` does not leave out, by its name. */
      otherTables: OtherTables.optional(),
      /** Tables that no check compares, by name or pattern (`audit.*`, `*_cache`) -> why. */
      except: ExceptTables.default({}),
      /**
       * `expected`: columns of new alone that may be NULL, or have a default, need not be named table by table. They are
       * listed as not compared. Others still have to be.
       */
      addedColumns: AddedColumns.optional(),
      state: StatePlan.optional(),
      /** Redis databases, old against new, key by key. */
      redis: z.array(RedisMapping).default([]),
      /**
       * Address of a MariaDB or MySQL database: then it, instead of `target.old.records`, is the old side of all tables
       * with `compare: 'rows'`.
       */
      oldMysql: SecretString.optional(),
      /**
       * Time for all comparisons row by row of one run, in minutes. Tables come in the order of the plan; those that do
       * not fit are not checked, which is never a pass.
       */
      budgetMinutes: z.number().positive().optional(),
      /** After this long PostgreSQL ends a statement of ours, in milliseconds; the check is then unknown. */
      statementTimeoutMs: z.number().int().positive().default(60_000),
      /**
       * What is known about writers while rows are compared. `snapshot`: nothing. `fenced`: old must prove to be
       * read-only and replication to be drained. `barrier`: new is read once it has what old had. `live`: both are in
       * use. In the last two, rows that differ are read again until they are equal or stand still.
       */
      mode: z.enum(['snapshot', 'fenced', 'barrier', 'live']).default('snapshot'),
    })
    .default({ tables: [], except: {}, redis: [], statementTimeoutMs: 60_000, mode: 'snapshot' }),
  /** Load on the target, and old against new. */
  load: z
    .strictObject({
      /** What load is made and what must hold; each is one check. */
      profiles: z.array(LoadProfile).default([]),
      /** Old against new; needs `target.old.urls`. */
      comparisons: z.array(LoadComparison).default([]),
      /** Hard limits; defaults apply where nothing is said. */
      caps: LoadCaps.prefault({}),
    })
    .prefault({}),
  /** Service levels, asked of the target's own metrics. */
  slo: Slo.optional(),
  /** Single numbers of any source of metrics, and what they may be. */
  metrics: Metrics.optional(),
  /** Whether alert rules are loaded, routed and shown to fire; each is one check. */
  alerts: z.array(AlertsCheck).default([]),
  /** Checks in Playwright specs of your own, beside the plan. */
  checks: z.array(OwnCheck).default([]),
  /** Playwright specs that are there already, each run as it is, under its own configuration. */
  specs: z.array(SpecCheck).default([]),
  /** Kinds of data that flows create, by name, and how each is removed. */
  created: z.record(z.string(), CreatedKind).default({}),
  /** Names of environment variables whose values must never be written anywhere. */
  secrets: z.array(z.string()).default([]),
  /** What findings mean: `default`, and what single phases say instead, field by field. */
  policy: Policies,
  /** What people must state before there can be a GO, who they are, and where it is kept. */
  people: People.prefault({}),
  /** What people do in the cut-over, for `greenlight runbook`. No run reads it. */
  runbook: Runbook.optional(),
  /** Where the records of all runs are kept, and for how long. */
  history: HistoryPlan.prefault({}),
  /** The pass that a schedule starts with `greenlight synthetic`. */
  synthetic: SyntheticPlan.prefault({}),
  /** Who sees to it that one run at a time works on the target. */
  lease: LeasePlan.default({ adapter: 'file' }),
  /** Who is told, when and how, where a scheduled check is broken or nobody can tell. */
  notify: Notify.optional(),
  /** Where the numbers of scheduled runs go, for a monitoring system. */
  export: ExportPlan.optional(),
  /** Default time in which the target must answer one request of a flow, in milliseconds. */
  budgetMs: z.number().int().positive().max(120_000).default(5000),
  /**
   * How long one request of a flow or probe may wait, besides its budget, where the target answers 429 or 503 with
   * `Retry-After`. It waits as told; a longer wait than this leaves the check unknown. Milliseconds.
   */
  rateLimit: z
    .strictObject({
      /** The longest wait, in milliseconds. */
      waitMs: z.number().int().nonnegative().max(600_000).default(RATE_LIMIT_WAIT_MS),
    })
    .prefault({}),
  /** The whole run must be done within this time, in minutes. */
  deadlineMinutes: z
    .number()
    .positive()
    .max(24 * 60)
    .default(30),
  /** Playwright workers for suites and data checks. */
  workers: z.number().int().min(1).max(16).default(2),
});
export type Plan = z.infer<typeof PlanSchema>;
export type PlanInput = Omit<z.input<typeof PlanSchema>, 'policy'> & { readonly policy?: PoliciesInput };

/** Types a plan. It checks nothing by itself: `parsePlan` does, so that all problems can be shown at once. */
export function defineConfig(plan: PlanInput): PlanInput {
  return plan;
}

/**
 * Checks a plan completely.
 * @throws GreenlightError `PLAN_INVALID` that lists every problem with its path, value and remedy
 */
export function parsePlan(input: unknown): Plan {
  const parsed = PlanSchema.safeParse(input);
  if (!parsed.success) {
    // Parts that parsed are still checked against each other, so that one round shows as much as possible.
    throw planInvalid([
      ...parsed.error.issues.flatMap((issue) => zodProblems(issue, input)),
      ...planProblems(input),
    ]);
  }
  const problems = planProblems(parsed.data);
  if (problems.length > 0) throw planInvalid(problems);
  return parsed.data;
}

function planInvalid(problems: readonly Problem[]): GreenlightError {
  return new GreenlightError(
    'PLAN_INVALID',
    `${problems.length} problem${problems.length === 1 ? '' : 's'}`,
    {
      problems,
    },
  );
}

function zodProblems(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      value: 'an unknown key',
      problem: 'is not a key of the plan',
      remedy: 'remove it or correct its spelling',
    }));
  }
  return [
    {
      path: path || '(plan)',
      value: valueText(valueAt(input, issue.path)),
      problem: issue.message,
      remedy: remedyOf(issue),
    },
  ];
}

function remedyOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `give a value of type ${issue.expected}`;
    case 'invalid_value':
      return `use one of: ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `use at least ${String(issue.minimum)}`;
    case 'too_big':
      return `use at most ${String(issue.maximum)}`;
    case 'invalid_format':
      if (issue.format === 'url') return 'give the whole address, scheme included: https://shop.example.com';
      return seePage(issue.path);
    default:
      return seePage(issue.path);
  }
}

/** Pages of the reference, which lie in the package; keys without one are told on the first. */
const PAGES: Readonly<Record<string, string>> = {
  target: 'docs/plan/target.md',
  allow: 'docs/plan/allow.md',
  flows: 'docs/plan/flows.md',
  probes: 'docs/plan/probes.md',
  data: 'docs/plan/data.md',
  load: 'docs/plan/load.md',
  slo: 'docs/plan/slo.md',
  metrics: 'docs/plan/metrics.md',
  alerts: 'docs/plan/alerts.md',
  checks: 'docs/plan/checks.md',
  created: 'docs/plan/created.md',
  policy: 'docs/plan/policy.md',
  people: 'docs/plan/people.md',
  runbook: 'docs/plan/runbook.md',
  history: 'docs/plan/history.md',
  synthetic: 'docs/plan/synthetic.md',
  lease: 'docs/plan/lease.md',
  notify: 'docs/plan/notify.md',
  export: 'docs/plan/export.md',
};

function seePage([top]: readonly PropertyKey[]): string {
  const page = typeof top === 'string' && Object.hasOwn(PAGES, top) ? PAGES[top] : undefined;
  return `see ${page ?? 'docs/plan/README.md'} in the package (node_modules/greenlight)`;
}

/** `flows[2].steps[0]` for a path of keys and indexes. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    '',
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'string') return String(shown(value));
  // An address may hold the password that its problem is about.
  return JSON.stringify(value.replaceAll(/(\/\/[^/@\s:]*:)[^/\s]*@/g, '$1[redacted]@'));
}
