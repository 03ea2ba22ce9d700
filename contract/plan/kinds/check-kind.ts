import type { Phase, Project } from '../../evidence/outcome.ts';
import { list, type Loose, object } from '../../flow/loose.ts';

/**
 * Who turns a kind of check into Playwright tests. A room names every kind of its own where it registers its checks
 * (`checks/register.ts`): a kind that its room does not name does not compile.
 */
export type Room =
  | 'suites/readiness'
  | 'suites/probes'
  | 'suites/flows'
  | 'data-checks'
  | 'slo'
  | 'load'
  | 'load/compare'
  | 'run/user-specs'
  /** The user's own specs, by `check(id, ...)`. */
  | 'own';

/** A check that a plan declares for any phase, and where. */
export interface DeclaredCheck {
  readonly id: string;
  /** `probes[2]` */
  readonly path: string;
  /** Whether the id is ours, so that only another one can be changed. */
  readonly ours?: true;
}

/** A check of one phase before the policy has had its word. */
export interface CheckDraft {
  readonly id: string;
  readonly title: string;
  readonly project: Project;
  /** Whether it is shown without deciding. */
  readonly advisory?: boolean;
  /** Whether "not applicable" may stand without holding up GO. */
  readonly optional?: boolean;
  /** A pass with fewer samples is unknown. */
  readonly floor?: number;
  /** The flow whose run tells this check of one of its steps. */
  readonly partOf?: string;
  /** Who is called, and what they read. */
  readonly owner?: string | undefined;
  readonly runbook?: string | undefined;
  /** How often a schedule asks it. */
  readonly every?: string | undefined;
}

/** One kind of definition from which checks come. `Part` is all that it sees of a plan. */
export interface CheckKind<Part> {
  readonly room: Room;
  /** Whether its checks always record what they saw, so that a silent pass is none. Not so where the user writes them. */
  readonly recordsFindings: boolean;
  /** Whether they say how many objects they looked at (rows, keys, sequences): none of them is no pass. */
  readonly countsObjects: boolean;
  /** Every check of this kind, of any phase. Takes a plan of any shape: ids must be told apart before it is parsed. */
  readonly declared: (plan: Loose) => readonly DeclaredCheck[];
  /** The checks of one phase, in the order of reporting. Pure. */
  readonly planned: (plan: Part, phase: Phase) => readonly CheckDraft[];
}

/** Keeps the room of a kind as the literal that the rooms are held against. */
export function checkKind<Part, const R extends Room>(
  kind: CheckKind<Part> & { readonly room: R },
): CheckKind<Part> & { readonly room: R } {
  return kind;
}

/** What every item of a list of checks in the plan says. */
export interface ListedCheck {
  readonly id: string;
  readonly title: string;
  readonly phases: readonly Phase[];
  readonly severity?: 'blocking' | 'advisory' | undefined;
  readonly owner?: string | undefined;
  readonly runbook?: string | undefined;
  readonly every?: string | undefined;
}

/** `{ data?: { redis: V } }` for `data.redis`. */
type Under<Path extends string, V> = Path extends `${infer Head}.${infer Rest}`
  ? { readonly [K in Head]?: Under<Rest, V> | undefined }
  : { readonly [K in Path]: V };

/**
 * A kind whose checks are the items of one list in the plan.
 * @param kind.at where the list stands: `data.redis`. The plan's schema must have it, or `checksOf` does not compile
 * @param kind.draft what the manifest says of an item besides id, title, severity and people
 */
export function listedKind<Item extends ListedCheck, const Path extends string, const R extends Room>(kind: {
  readonly room: R;
  readonly at: Path;
  readonly recordsFindings?: boolean;
  readonly countsObjects?: boolean;
  readonly draft: (
    item: Item,
    phase: Phase,
  ) => Pick<CheckDraft, 'project' | 'advisory' | 'optional' | 'floor'>;
}): CheckKind<Under<Path, readonly Item[]>> & { readonly room: R } {
  const { at, draft } = kind;
  const itemsIn = (plan: unknown): readonly unknown[] =>
    list(at.split('.').reduce<unknown>((part, key) => object(part)[key], plan));
  return {
    room: kind.room,
    recordsFindings: kind.recordsFindings ?? true,
    countsObjects: kind.countsObjects ?? false,
    declared: (plan) =>
      itemsIn(plan).flatMap((item, index) => {
        const { id } = object(item);
        return typeof id === 'string' ? [{ id, path: `${at}[${index}]` }] : [];
      }),
    planned: (plan, phase) =>
      // The type of `plan` says what stands there; only the way by text loses it.
      (itemsIn(plan) as readonly Item[])
        .filter(({ phases }) => phases.includes(phase))
        .map((item) => {
          const drafted = draft(item, phase);
          return {
            id: item.id,
            title: item.title,
            owner: item.owner,
            runbook: item.runbook,
            every: item.every,
            ...drafted,
            advisory: drafted.advisory === true || item.severity === 'advisory',
          };
        }),
  };
}
