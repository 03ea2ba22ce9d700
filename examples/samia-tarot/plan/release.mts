/** The release itself: its tag, its migrations on production, the freeze, and the way back. */
import { z } from 'zod';
import { equal, secret, type PlanInput } from '../../../contract/index.ts';
import { BACKUPS, env, RELEASE, REPOSITORY } from './environment.mts';

type Probes = NonNullable<PlanInput['probes']>;

const git = { kind: 'command', program: 'git', cwd: REPOSITORY, owner: 'release manager' } as const;
const migrate = {
  kind: 'command',
  program: 'python3',
  env: { DATABASE_URL: secret('SAMIA_PRODUCTION_DATABASE_URL') },
  cwd: REPOSITORY,
  unknownWhen: 'connection to server',
  owner: 'database owner',
} as const;

const Protection = z.object({
  lock_branch: z.object({ enabled: z.boolean() }),
  enforce_admins: z.object({ enabled: z.boolean() }),
});

export const release: Probes = [
  {
    ...git,
    id: 'release-is-tagged',
    title: 'The release has its tag, which is a commit',
    phases: ['cutover'],
    args: ['rev-parse', '--verify', '--quiet', `refs/tags/${RELEASE}^{commit}`],
    matches: '^[0-9a-f]{40}$',
  },
  {
    kind: 'query',
    id: 'code-is-frozen',
    title: 'The branch of the release is locked, for administrators too',
    phases: ['cutover'],
    endpoint: 'github',
    path: `/repos/${env('SAMIA_GITHUB_REPOSITORY', 'samia-tarot/platform')}/branches/main/protection`,
    schema: Protection,
    expect: ({ body }) => {
      const { lock_branch, enforce_admins } = Protection.parse(body);
      return [
        equal('branch is locked', lock_branch.enabled, true),
        equal('for administrators too', enforce_admins.enabled, true),
      ];
    },
    owner: 'release manager',
  },
  {
    kind: 'backup',
    id: 'final-backup-is-made',
    title: 'The final back-up of production was made within this hour',
    phases: ['cutover'],
    source: { adapter: 'files', folder: BACKUPS, names: '^final_pre_cutover_.*\\.sql$' },
    atMost: '1h',
    size: { atLeast: Number(env('SAMIA_BACKUP_BYTES', '1000000')) },
    owner: 'database owner',
  },
  {
    ...migrate,
    id: 'migration-004-is-applied',
    title: 'Migration 004 was executed on production',
    phases: ['cutover', 'post-cutover'],
    args: ['migrate.py', 'status'],
    matches: '^004_production_cutover_schema\\.sql applied',
  },
  {
    ...migrate,
    id: 'schema-audit-passes',
    title: 'migrate.py audit finds the schema of production intact',
    phases: ['cutover'],
    args: ['migrate.py', 'audit'],
  },
  {
    ...git,
    id: 'rollback-scripts-are-there',
    title: 'The release has the scripts that roll the database back',
    phases: ['rollback'],
    args: ['ls-tree', '--name-only', RELEASE, 'rollback_scripts/'],
    contains: ['rollback_scripts/004_production_cutover_schema.sql'],
    owner: 'database owner',
  },
];
