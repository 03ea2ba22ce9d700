import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { ConfigMapManifest, TestRunManifest } from '../../../load/engines/k6-operator/manifest-schema.ts';

type EnvVar = TestRunManifest['spec']['runner']['env'][number];

/**
 * A stand-in for a cluster with k6-operator: it does to the real k6 what the operator does, one process where there
 * would be a pod, and keeps in files what the API server would say. No Kubernetes is involved.
 */
export class OperatorStandIn {
  readonly #state: string;
  readonly #k6: string;
  readonly #secrets: Readonly<Record<string, string>>;

  constructor(state: string, k6: string, secrets: Readonly<Record<string, string>>) {
    this.#state = state;
    this.#k6 = k6;
    this.#secrets = secrets;
  }

  /** Runs a manifest to its end: initializer, runners, starter. */
  async create(manifestFile: string): Promise<void> {
    const [configMap, testRun] = parseAllDocuments(await readFile(manifestFile, 'utf8')).map(
      (document) => document.toJS() as unknown,
    );
    const { data } = ConfigMapManifest.parse(configMap);
    const { metadata, spec } = TestRunManifest.parse(testRun);
    const volume = join(this.#state, `test-${metadata.name}`);
    await mkdir(volume);
    const script = join(volume, spec.script.configMap.file);
    await writeFile(script, data['script.js']);
    const given = spec.arguments.split(' ');

    // The initializer drops what it knows that `k6 archive` does not; the rest must be understood by it.
    const archive = `${script}.archived.tar`;
    const archived = given.filter(
      (text, at) => !['--out', '--no-usage-report'].includes(text) && given[at - 1] !== '--out',
    );
    const env = this.#env(spec.initializer.env);
    execFileSync(this.#k6, ['archive', script, '-O', archive, ...archived], { env, stdio: 'pipe' });
    const inspected = execFileSync(this.#k6, ['inspect', '--execution-requirements', archive], { env });
    const { maxVUs } = JSON.parse(inspected.toString()) as { maxVUs: number };
    if (maxVUs < spec.parallelism) throw new Error('the operator would refuse this');

    const ports = await Promise.all(Array.from({ length: spec.parallelism }, freePort));
    const ended = ports.map((port, at) => this.#runner(metadata.name, at + 1, port, script, spec));
    for (const port of ports) await ready(port);
    for (const port of ports) {
      const body = JSON.stringify({
        data: { type: 'status', id: 'default', attributes: { paused: false, stopped: false } },
      });
      const started = await fetch(`http://127.0.0.1:${port}/v1/status`, { method: 'PATCH', body });
      if (!started.ok) throw new Error(`k6 did not start: ${started.status}`);
    }
    await Promise.all(ended);
    // It says so whatever became of the runners.
    await writeFile(join(this.#state, `testrun-${metadata.name}`), 'finished');
  }

  async #runner(
    name: string,
    index: number,
    port: number,
    script: string,
    spec: TestRunManifest['spec'],
  ): Promise<void> {
    const [job, pod] = [`${name}-${index}`, `${name}-${index}-x7k2p`];
    const at = (share: number): string =>
      share === 0 ? '0' : share === spec.parallelism ? '1' : `${share}/${spec.parallelism}`;
    const segments = Array.from({ length: spec.parallelism + 1 }, (_, share) => at(share));
    const k6 = spawn(
      this.#k6,
      [
        ...['run', '--quiet'],
        ...(spec.parallelism === 1
          ? []
          : [
              `--execution-segment=${at(index - 1)}:${at(index)}`,
              `--execution-segment-sequence=${segments.join(',')}`,
            ]),
        ...spec.arguments.split(' '),
        script,
        `--address=127.0.0.1:${port}`,
        '--paused',
        ...['--tag', `instance_id=${index}`, '--tag', `testrun_name=${name}`],
      ],
      { env: this.#env(spec.runner.env), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    // A container runtime writes both streams into one log, line by line.
    const log = createWriteStream(join(this.#state, `${pod}.log`));
    const read = [k6.stdout, k6.stderr].map(
      (stream: Readable) =>
        new Promise<void>((resolve) =>
          createInterface({ input: stream })
            .on('line', (line) => log.write(`${line}\n`))
            .on('close', () => resolve()),
        ),
    );
    await this.#says(`${job}.pods`, `${pod}=Running `);
    await this.#says(`${job}.conditions`, '');
    const exitCode = await new Promise<number>((resolve, reject) => {
      k6.once('error', reject);
      k6.once('exit', (code) => resolve(code ?? 137));
    });
    await Promise.all(read);
    await new Promise<void>((resolve) => log.end(() => resolve()));
    const ok = exitCode === 0;
    const terminated = { exitCode, reason: ok ? 'Completed' : 'Error' };
    const imageID = `docker.io/${spec.runner.image.split(':')[0] ?? ''}@sha256:${'ab'.repeat(32)}`;
    const containerStatuses = [{ name: 'k6', imageID, restartCount: 0, state: { terminated } }];
    await this.#says(
      `${pod}.json`,
      JSON.stringify({ kind: 'Pod', metadata: { name: pod }, status: { containerStatuses } }),
    );
    const status = ok ? { succeeded: 1 } : { failed: 1 };
    await this.#says(`${job}.json`, JSON.stringify({ kind: 'Job', metadata: { name: job }, status }));
    await this.#says(`${job}.conditions`, `${ok ? 'Complete' : 'Failed'}=True `);
  }

  async #says(file: string, text: string): Promise<void> {
    const path = join(this.#state, file);
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }

  /** Nothing of this process's environment reaches a pod. */
  #env(variables: readonly EnvVar[]): NodeJS.ProcessEnv {
    const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: this.#state };
    for (const one of variables)
      env[one.name] = 'value' in one ? one.value : this.#secrets[one.valueFrom.secretKeyRef.key];
    return env;
  }
}

/** Writes a stand-in for kubectl that answers from the files of `state`. @returns its directory, for the PATH */
export async function kubectlStandIn(state: string): Promise<string> {
  const directory = join(state, 'bin');
  await mkdir(directory);
  await writeFile(
    join(directory, 'kubectl'),
    `#!/bin/sh
# A stand-in for kubectl: answers from files.
cd '${state}' || exit 1
[ ! -e broken ] || { echo 'Unable to connect to the server' >&2; exit 1; }
shift 2 # --namespace <name>
case "$1 $2" in
'get pods') cat "\${4#job-name=}.pods" 2>/dev/null || : ;;
'get testrun') cat "testrun-$3" 2>/dev/null || : ;;
'get job') if [ "$5" = json ]; then cat "$3.json"; else cat "$3.conditions"; fi ;;
'get pod') cat "$3.json" ;;
'logs --follow')
  pod=\${5#pod/}
  tail -n +1 -f "$pod.log" & tail=$!
  trap 'kill $tail' EXIT
  until [ -e "$pod.json" ]; do sleep 0.1; done
  sleep 0.3
  ;;
'logs --container') cat "\${4#pod/}.log" ;;
*) echo "the stand-in does not know: $*" >&2; exit 1 ;;
esac
`,
  );
  await chmod(join(directory, 'kubectl'), 0o755);
  return directory;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function ready(port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/status`).catch(() => undefined);
    if (answer?.ok === true) return;
    await pause(100);
  }
  throw new Error(`no k6 answers on ${port}`);
}
