/** What people do from T-4 hours on; `greenlight runbook` makes RUNBOOK.md of it. */
import type { PlanInput } from '../../../contract/index.ts';

const APP = 'deployment/ils-app -n ils-production';

export const runbook: NonNullable<PlanInput['runbook']> = {
  decides: 'release manager',
  // The document names T+2 h and T+0:30 as the point of decision: the way back itself may take half an hour.
  rollbackWithinMinutes: 30,
  triggers: ['A critical feature is broken that no check uses', 'A user reports wrong data of a patient'],
  steps: [
    {
      id: 'assemble',
      title: 'Assemble the team in the war room',
      phase: 'preflight',
      who: 'release manager',
      minutes: 10,
      hand: 'DevOps, backend, frontend, QA and product. Nobody deploys anything else from here on.',
    },
    {
      id: 'back-up',
      title: 'Back up the database',
      phase: 'preflight',
      who: 'devops lead',
      minutes: 20,
      run: './scripts/backup/backup-database.sh',
    },
    {
      id: 'tag',
      title: 'Tag the release',
      phase: 'preflight',
      who: 'devops lead',
      minutes: 5,
      run: ['git tag -a "v$RELEASE" -m "Production release $RELEASE"', 'git push origin "v$RELEASE"'],
    },
    {
      id: 'deploy',
      title: 'Deploy to production',
      phase: 'cutover',
      who: 'devops lead',
      minutes: 10,
      run: [
        'gh workflow run deploy-production.yml --ref "v$RELEASE"',
        `kubectl rollout status ${APP} --timeout=10m`,
      ],
      until: 'the rollout is complete',
    },
    {
      id: 'announce-go-live',
      title: 'Announce that it is live',
      phase: 'watch',
      who: 'product manager',
      minutes: 15,
      run: 'greenlight announce --kind success',
    },
    {
      id: 'announce-rollback',
      title: 'Say in the war room that it goes back',
      phase: 'rollback',
      who: 'release manager',
      minutes: 1,
      hand: 'One sentence: what failed, and that the roll-back begins now.',
    },
    {
      id: 'undo',
      title: 'Undo the rollout',
      phase: 'rollback',
      who: 'devops lead',
      minutes: 10,
      run: [`kubectl rollout undo ${APP}`, `kubectl rollout status ${APP}`],
      until: 'the release of before answers',
    },
    {
      id: 'restore',
      title: 'Only where data is broken: restore the database',
      phase: 'rollback',
      who: 'devops lead',
      minutes: 15,
      run: [
        'kubectl scale deployment ils-app --replicas=0 -n ils-production',
        './scripts/backup/restore-database.sh',
        'kubectl scale deployment ils-app --replicas=3 -n ils-production',
      ],
    },
    {
      id: 'tell',
      title: 'Tell stakeholders and the status page',
      phase: 'rollback',
      who: 'product manager',
      minutes: 10,
      run: ['greenlight announce --kind rollback', 'greenlight announce --kind status-page'],
    },
  ],
};
