import { LoadProfile } from '../../../contract/load/load-profile.ts';
import { autocannonEngine } from '../../../load/engines/autocannon.ts';

// Makes load for half a minute, to be killed meanwhile.
await autocannonEngine.run({
  profile: LoadProfile.parse({
    id: 'under-load',
    title: 'Holds under load',
    engine: 'autocannon',
    requests: [{ path: '/' }],
    connections: 2,
    processes: 2,
    durationS: 30,
    thresholds: { p95Ms: 5000 },
  }),
  flow: undefined,
  urls: { app: process.env['LOAD_TEST_URL'] ?? '' },
  run: 'parent',
  planFile: '',
  scratch: '',
  secret: () => '',
  progress: () => undefined,
  signal: new AbortController().signal,
});
