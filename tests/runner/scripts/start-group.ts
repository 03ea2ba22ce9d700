import { startGroup } from '../../../host/process-group.ts';

// Started by the test next door: starts a group, says its id, and waits to be killed.
const group = await startGroup('/bin/sh', ['-c', 'sleep 600 & sleep 600'], {
  cwd: process.cwd(),
  env: process.env,
  stdio: 'ignore',
});
console.log(group.child.pid);
await group.exited;
