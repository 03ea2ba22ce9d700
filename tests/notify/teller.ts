/**
 * Decides and tells after each of these records, in a process of its own that a test kills: what was counted before it goes
 * on from there. Arguments: the file of the plan's `notify`, the state directory, the letters of the runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parsePlan } from '../../contract/plan/plan.ts';
import { createPost } from '../../host/post.ts';
import { openAlertDesk } from '../../notify/desk.ts';
import { outboxFile, readOutbox } from '../../notify/outbox.ts';
import { createRedactor } from '../../safety/redactor.ts';
import { runs } from '../unit/contract/notify/rules.ts';

const [plan = '', stateDirectory = '', letters = ''] = process.argv.slice(2);
const desk = openAlertDesk({
  plan: parsePlan(JSON.parse(readFileSync(plan, 'utf8'))),
  phase: 'synthetic',
  stateDirectory,
  env: process.env,
  redactor: createRedactor(),
  post: createPost(),
  now: () => new Date(),
});
const records = runs(letters);
const file = outboxFile(stateDirectory, 'shop', 'synthetic');
const last = existsSync(file) ? readOutbox(file).kept.incidents.counted.at(-1) : undefined;
const from = records.findIndex(({ run }) => run === last) + 1;
for (const [index, record] of records.entries()) {
  if (index < from) continue;
  const { problems } = await desk.decideAlerts(record, records.slice(0, index));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
