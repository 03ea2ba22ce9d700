/** The checks that a target brings with it: what it names must be there and must work before anything else runs. */
export interface BuiltInCheck {
  readonly id:
    | 'target-answers'
    | 'wanted-release-runs'
    | 'databases-readable'
    | 'mailbox-readable'
    | 'webhook-sink-readable'
    | 'payments-in-test-mode';
  readonly title: string;
}

/** Which built-in checks apply to a target, in the order in which they run. Takes the raw target of any plan. */
export function builtInChecks(target: Readonly<Record<string, unknown>>): readonly BuiltInCheck[] {
  const old = target['old'];
  const oldRecords = typeof old === 'object' && old !== null && 'records' in old && old.records !== undefined;
  const checks: (BuiltInCheck | false)[] = [
    { id: 'target-answers', title: 'Every address of the target answers' },
    target['release'] !== undefined && {
      id: 'wanted-release-runs',
      title: 'The target runs the wanted release',
    },
    (target['records'] !== undefined || oldRecords) && {
      id: 'databases-readable',
      title: 'The databases can be read',
    },
    target['mailbox'] !== undefined && { id: 'mailbox-readable', title: 'The mailbox can be read' },
    target['webhookSink'] !== undefined && {
      id: 'webhook-sink-readable',
      title: 'What webhooks the target sends can be read',
    },
    target['payments'] !== undefined && {
      id: 'payments-in-test-mode',
      title: 'The payment account is in test mode',
    },
  ];
  return checks.filter((check): check is BuiltInCheck => check !== false);
}

/** Cause of `databases-readable` when old and new are one database: nothing that is looked for on a side can be told. */
export const SAME_DATABASE = 'same-database';
