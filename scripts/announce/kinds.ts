import { GreenlightError } from '../../contract/errors.ts';
import type { Verdict } from '../../contract/verdict/verdict.ts';

/** One kind of announcement. */
interface AnnouncementKind {
  /** What the text begins as, where the user has none. Plain enough for Markdown, Slack and mail alike. */
  readonly template: string;
  /** Why this verdict cannot be announced so; undefined when it can. */
  readonly refuses: (verdict: Verdict) => string | undefined;
}

export const KINDS = {
  success: {
    template: `{{target}}: release {{release}} is live

{{decision}}: {{reason}}
{{passed}} of {{required}} checks passed, decided {{decided}}.

{{comment}}
Report: {{report}}
`,
    refuses: ({ decision, reason, run: { phase } }) => {
      if (decision !== 'GO') return `the verdict is ${decision}, and only GO is a success: ${reason}`;
      if (phase === 'preflight') return 'the verdict is of preflight: no traffic has moved yet';
      if (phase === 'rollback') return 'the verdict is of rollback: it is the old system that serves';
      return undefined;
    },
  },
  rollback: {
    template: `{{target}}: release {{release}} is rolled back

Why: {{reason}}
What failed:
{{failed}}

Decided {{decided}} (run {{run}}). {{comment}}
Report: {{report}}
`,
    refuses: ({ decision, run }) =>
      decision === 'GO' && run.phase !== 'rollback'
        ? `the verdict of ${run.phase} is GO: traffic may stay, and nothing calls for a roll-back`
        : undefined,
  },
  'status-page': {
    template: `Maintenance of {{target}}, as of {{decided}}

Release {{release}}: {{meaning}}
{{comment}}
`,
    refuses: () => undefined,
  },
  stakeholders: {
    template: `{{target}}, release {{release}}: {{decision}}

{{meaning}}
{{reason}}

Checks: {{passed}} of {{required}} passed. What failed:
{{failed}}

Stated by people:
{{people}}

Decided {{decided}}, valid until {{expires}}. {{comment}}
Report: {{report}}
`,
    refuses: () => undefined,
  },
} as const satisfies Readonly<Record<string, AnnouncementKind>>;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

/**
 * @param asOf the moment at which it is announced; `past` where somebody says that it is about what was
 * @throws GreenlightError ANNOUNCEMENT_REFUSED when a verdict is not what the announcement would say,
 *   ANNOUNCEMENT_TOO_LATE when it is a GO that is no longer valid
 */
export function mustFit(
  kind: Kind,
  verdict: Verdict,
  asOf: { readonly now: number; readonly past: boolean },
): void {
  const problem = KINDS[kind].refuses(verdict);
  if (problem !== undefined) throw new GreenlightError('ANNOUNCEMENT_REFUSED', `--kind ${kind}: ${problem}`);
  // That something was broken stays true; that traffic may stay does not.
  if (verdict.decision !== 'GO' || asOf.past || Date.parse(verdict.expiresAt) > asOf.now) return;
  throw new GreenlightError(
    'ANNOUNCEMENT_TOO_LATE',
    `--kind ${kind}: this GO was valid until ${verdict.expiresAt}, and may not be told as one of now`,
  );
}
