import type { Absent } from './absent.ts';
import type { z } from 'zod';
import type { RequestSpec } from './http.ts';
import type { Phase, Severity } from '../evidence/outcome.ts';
import type { Poll } from './poll.ts';
import type { Observations, Queries, PortName } from '../ports/observe.ts';
import type { Statement } from './statement.ts';

/** What earlier steps of a flow left behind. Values must be JSON, so that every engine can carry them. */
export type Captured = Readonly<Record<string, unknown>>;

/** One row of a flow's data pool. */
export type DataRow = Readonly<Record<string, string | number | boolean>>;

/** What every pure function of a flow may use. */
export interface FlowContext<C = Captured> {
  /** What earlier steps captured. */
  readonly captured: C;
  /** A new identity at every call; runs, workers, attempts and virtual users never collide. Safe in a mail address. */
  readonly unique: () => string;
  /** The row of the flow's data pool for this iteration; empty without a pool. */
  readonly data: DataRow;
  /** The value of an environment variable; masked in every output. */
  readonly secret: (name: string) => string;
}

/** Something that a step is about to create; it is written to the ledger before the request leaves. */
export interface CreatedRecord {
  /** A key of the plan's `created`, which knows how to undo it. */
  readonly kind: string;
  /** What finds it again, for example the mail address. Must carry `ctx.unique()`. */
  readonly identity: string;
}

/** A response or observation as the functions of its step see it. */
export interface Answer<C, B> {
  /** The parsed body, or what was observed. */
  readonly body: B;
  /** What earlier steps captured. */
  readonly captured: C;
  /** Only for requests: the HTTP status. */
  readonly status: number;
  /** Only for requests: headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

type SchemaFor<C, B> = z.ZodType<B> | ((captured: C) => z.ZodType<B>);

/** A portable step: pure functions around one HTTP request. */
export interface RequestStepInput<C, B, N> {
  /** What reports call the step; default: its id. */
  readonly title?: string;
  /**
   * Id of a check of this step's own, with the step's title: the journey runs once, and several checks are told by it. A
   * step that several flows share has it in the first of them that runs.
   */
  readonly check?: string;
  /** Makes the request from what is known so far. A plain function: nobody waits for a promise. */
  readonly request: (ctx: FlowContext<C>) => RequestSpec;
  /** Accepted status codes; default any 2xx. */
  readonly status?: number | readonly number[];
  /** Shape of the body; load engines apply it to a sample. */
  readonly response?: SchemaFor<C, B>;
  /** Cheap comparisons, made on every response by every engine. */
  readonly expect?: (answer: Answer<C, B>) => readonly Statement[];
  /** Values for later steps, by name. */
  readonly capture?: (answer: Answer<C, B>) => N;
  /** The target must answer within this time, in milliseconds; default: the plan's `budgetMs`. */
  readonly budgetMs?: number;
  /**
   * Asks again until it holds. `budgetMs` is then the time for all attempts together. For GET and HEAD; what else may be
   * repeated must say so. No load engine can run it.
   */
  readonly poll?: Poll<Answer<C, B>>;
  /** What it is about to create, written to the ledger before anything leaves. */
  readonly creates?: (ctx: FlowContext<C>) => CreatedRecord | readonly CreatedRecord[];
  /** Shows the values that were compared. They may be data of customers; by default only their shape is shown. */
  readonly showValues?: boolean;
}

/** A step that looks from another side: mailbox, database, payment provider. No load engine can run it. */
export interface ObserveStepInput<C, P extends PortName, B, N> {
  /** What reports call the step; default: its id. */
  readonly title?: string;
  /**
   * Id of a check of this step's own, with the step's title: the journey runs once, and several checks are told by it. A
   * step that several flows share has it in the first of them that runs.
   */
  readonly check?: string;
  /** From where it looks: `mailbox`, `records`, `payments` or `webhooks`. */
  readonly port: P;
  /** What is looked for. */
  readonly query: (ctx: FlowContext<C>) => Queries[P];
  /** Shape of what was found. */
  readonly response?: z.ZodType<B> | ((captured: C) => z.ZodType<B>);
  /** Comparisons; until they hold, it is looked again. */
  readonly expect?: (
    answer: Answer<C, unknown extends B ? NonNullable<Observations[P]> : B>,
  ) => readonly Statement[];
  /** Values for later steps, by name. */
  readonly capture?: (answer: Answer<C, unknown extends B ? NonNullable<Observations[P]> : B>) => N;
  /** How long the target has until the observation must hold, in milliseconds; default 10 000. */
  readonly withinMs?: number;
  /** Nothing may be found, instead: for `records`, such as the order of a declined payment. */
  readonly absent?: Absent;
  /** Shows the values that were compared. They may be data of customers; by default only their shape is shown. */
  readonly showValues?: boolean;
}

/** A step in a real browser. `run` gets Playwright's `Page`: annotate the parameter in your plan. */
export interface PageStepInput<C, N> {
  /** What reports call the step; default: its id. */
  readonly title?: string;
  /**
   * Id of a check of this step's own, with the step's title: the journey runs once, and several checks are told by it. A
   * step that several flows share has it in the first of them that runs.
   */
  readonly check?: string;
  /** Drives the page, with `expect` of Playwright; what it returns are values for later steps. */
  readonly run: (page: never, ctx: FlowContext<C>) => Promise<N>;
  /** What it is about to create, written to the ledger before anything leaves. */
  readonly creates?: (ctx: FlowContext<C>) => CreatedRecord | readonly CreatedRecord[];
  /** The whole step must be done within this time, in milliseconds; default 30 000. */
  readonly budgetMs?: number;
  /** Shows the values that were compared. They may be data of customers; by default only their shape is shown. */
  readonly showValues?: boolean;
}

/** A pure start: what the flow knows before its first step, such as a fresh identity. */
export interface GivenStep {
  readonly kind: 'given';
  readonly id: string;
  readonly give: (ctx: FlowContext) => Captured;
}
export interface RequestStep extends RequestStepInput<Captured, unknown, Captured> {
  readonly kind: 'request';
  readonly id: string;
}
export interface ObserveStep extends ObserveStepInput<Captured, PortName, unknown, Captured> {
  readonly kind: 'observe';
  readonly id: string;
}
export interface PageStep extends PageStepInput<Captured, Captured> {
  readonly kind: 'page';
  readonly id: string;
}
export type Step = GivenStep | RequestStep | ObserveStep | PageStep;
export type StepKind = Step['kind'];

/** Options of a flow. */
export interface FlowOptions {
  /** The statement in words: "A visitor can register". */
  readonly title: string;
  /** Free grouping, shown in reports and usable as a tag: `registration`, `payment`. */
  readonly area?: string;
  /** Phases that include this flow; default `['post-cutover']`. */
  readonly phases?: readonly Phase[];
  /** `false` keeps the flow out of the checks: it then only serves load profiles or clean-up. */
  readonly check?: boolean;
  /** `advisory`: its checks are shown and do not decide. */
  readonly severity?: Severity;
  /** How often `greenlight synthetic` asks it: `5m`, `1h`. What did not pass is asked by every pass. Default: every pass. */
  readonly every?: string;
  /** Who is called when it fails, and the address of what they read. */
  readonly owner?: string;
  /** The address of what they read. */
  readonly runbook?: string;
  /** Rows that iterations take in turn. */
  readonly data?: readonly DataRow[];
  /** As that of each step, for all that do not say it themselves. */
  readonly showValues?: boolean;
}

/**
 * A user journey of typed steps: an immutable value. Every method returns a new flow, so flows share prefixes:
 * `const registered = flow(...).request(...)` and then `registered.as('registration-mail-arrives', ...).observe(...)`.
 */
export interface Flow<C = Captured> {
  readonly kind: 'greenlight.flow';
  readonly id: string;
  readonly options: FlowOptions;
  readonly steps: readonly Step[];
  /** The same steps under another id, to be continued differently. */
  as(id: string, options: FlowOptions): Flow<C>;
  given<N extends Captured>(give: (ctx: FlowContext<C>) => N): Flow<C & N>;
  request<B = unknown, N extends Captured = Record<never, never>>(
    id: string,
    step: RequestStepInput<C, B, N>,
  ): Flow<C & N>;
  observe<P extends PortName, B = unknown, N extends Captured = Record<never, never>>(
    id: string,
    step: ObserveStepInput<C, P, B, N>,
  ): Flow<C & N>;
  page<N extends Captured = Record<never, never>>(id: string, step: PageStepInput<C, N>): Flow<C & N>;
}

/** Starts a flow. Its id is the id of the check: a statement such as `visitor-can-register`. */
export function flow(id: string, options: FlowOptions): Flow<Record<never, never>> {
  return build(id, options, []);
}

function build<C>(id: string, options: FlowOptions, steps: readonly Step[]): Flow<C> {
  // One cast per step: the typed inputs are erased here and nowhere else; the builder's types guarantee the order.
  const extend = <N>(step: unknown): Flow<C & N> => build(id, options, [...steps, step as Step]);
  return {
    kind: 'greenlight.flow',
    id,
    options,
    steps,
    as: (newId, newOptions) => build(newId, newOptions, steps),
    given: (give) => extend({ kind: 'given', id: 'given', give }),
    request: (stepId, step) => extend({ ...step, kind: 'request', id: stepId }),
    observe: (stepId, step) => extend({ ...step, kind: 'observe', id: stepId }),
    page: (stepId, step) => extend({ ...step, kind: 'page', id: stepId }),
  };
}

/** A step that a load engine cannot run. */
export interface UnportableStep {
  readonly id: string;
  /** `poll`: a request that is repeated until it holds. Under load it would be more requests than were ordered. */
  readonly kind: StepKind | 'poll';
}

/** The steps of a flow that a load engine cannot run. */
export function unportableSteps(candidate: Flow): readonly UnportableStep[] {
  return candidate.steps.flatMap((step): UnportableStep[] => {
    if (step.kind === 'observe' || step.kind === 'page') return [{ id: step.id, kind: step.kind }];
    return step.kind === 'request' && step.poll !== undefined ? [{ id: step.id, kind: 'poll' }] : [];
  });
}

/** Whether any step of the flow creates data on the target. */
export function createsData(candidate: Flow): boolean {
  return candidate.steps.some(
    (step) => (step.kind === 'request' || step.kind === 'page') && step.creates !== undefined,
  );
}
