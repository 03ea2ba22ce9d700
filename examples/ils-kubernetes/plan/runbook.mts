/** What people do in the cut-over, for `greenlight runbook`. */
import type { PlanInput } from '../../../contract/index.ts';

const ON_CLUSTER = '-n ils-production';

export const runbook: NonNullable<PlanInput['runbook']> = {
  decides: 'release manager',
  rollbackWithinMinutes: 30,
  triggers: [
    'A critical feature is broken for users, whatever the checks say',
    'Users report wrong or missing data',
  ],
  steps: [
    {
      id: 'assemble-team',
      title: 'T-4 h: assemble the team in the war room',
      phase: 'preflight',
      who: 'release manager',
      minutes: 10,
      hand: 'DevOps, backend, frontend, QA, product; Slack #ils-production-launch.',
    },
    {
      id: 'make-backup',
      title: 'T-4 h: make the backup of the database',
      phase: 'preflight',
      who: 'devops lead',
      minutes: 30,
      run: './scripts/backup/backup-database.sh',
    },
    {
      id: 'tag-release',
      title: 'T-4 h: tag the release',
      phase: 'preflight',
      who: 'devops lead',
      minutes: 5,
      run: ['git tag -a "$RELEASE" -m "Production release"', 'git push origin "$RELEASE"'],
    },
    {
      id: 'decide-go',
      title: 'T-2 h: go or no-go',
      phase: 'preflight',
      who: 'release manager',
      minutes: 10,
      run: 'npx greenlight run --phase preflight --release "$RELEASE"',
      until: 'it answers GO',
    },
    {
      id: 'start-deployment',
      title: 'T-2 h: start the deployment',
      phase: 'cutover',
      who: 'devops lead',
      minutes: 30,
      run: [
        'gh workflow run deploy-production.yml --ref "$RELEASE" -f backup-at="$BACKUP_AT"',
        `kubectl rollout status deployment/ils-app ${ON_CLUSTER} --timeout=10m`,
      ],
      until: 'the roll-out is complete',
    },
    {
      id: 'verify-deployment',
      title: 'T-1:30: verify the deployment',
      phase: 'post-cutover',
      who: 'quality lead',
      minutes: 30,
      // Without it no row is compared.
      run: [
        'export ILS_BACKUP_AT="$BACKUP_AT"',
        'npx greenlight run --phase post-cutover --release "$RELEASE"',
      ],
      until: 'it answers GO; on NO_GO the workflow rolls back',
    },
    {
      id: 'watch-closely',
      title: 'T-1 h: watch closely, decide at T+0:30 and at T+2 h',
      phase: 'watch',
      who: 'devops lead',
      minutes: 180,
      run: 'npx greenlight run --phase watch --release "$RELEASE"',
    },
    {
      id: 'announce-go-live',
      title: 'T+0: announce the go-live',
      phase: 'watch',
      who: 'product manager',
      minutes: 10,
      run: 'npx greenlight announce --kind success',
    },
    {
      id: 'review-days',
      title: 'T+24 h, and each day for a week: review the day, and that nothing was rolled back',
      phase: 'watch',
      who: 'devops lead',
      minutes: 30,
      run: ['npx greenlight history --summary daily', 'npx greenlight history --phase rollback --since 7d'],
      until: 'the second says that no run is recorded: nobody verified a roll-back',
    },
    {
      id: 'announce-rollback',
      title: 'Announce the roll-back in the war room and to the stakeholders',
      phase: 'rollback',
      who: 'release manager',
      minutes: 2,
      run: 'npx greenlight announce --kind rollback',
    },
    {
      id: 'undo-rollout',
      title: 'Roll back, where the workflow has not: a second undo brings the release back',
      phase: 'rollback',
      who: 'devops lead',
      minutes: 10,
      run: [
        `kubectl rollout undo deployment/ils-app ${ON_CLUSTER}`,
        `kubectl rollout status deployment/ils-app ${ON_CLUSTER} --timeout=10m`,
      ],
      until: 'the roll-out is complete',
    },
    {
      id: 'restore-database',
      title: 'Only where data is damaged: stop the application, restore, start it again',
      phase: 'rollback',
      who: 'devops lead',
      minutes: 20,
      run: [
        `kubectl scale deployment ils-app --replicas=0 ${ON_CLUSTER}`,
        './scripts/backup/restore-database.sh',
        `kubectl scale deployment ils-app --replicas=3 ${ON_CLUSTER}`,
      ],
    },
    {
      id: 'verify-rollback',
      title: 'Verify that the old release serves, and that no row of the backup is missing',
      phase: 'rollback',
      who: 'quality lead',
      minutes: 10,
      run: [
        'export ILS_BACKUP_AT="$BACKUP_AT"',
        'npx greenlight run --phase rollback --release "$OLD_RELEASE"',
      ],
      until: 'it answers GO',
    },
  ],
};
