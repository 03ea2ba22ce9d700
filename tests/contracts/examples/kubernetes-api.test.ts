import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onPath } from '../../../host/process-group.ts';
import { type KubernetesApi, startKubernetesApi } from '../../../examples/system/kubernetes-api.ts';

const missing = onPath('kubectl', process.env) ? undefined : 'kubectl is not installed';
if (missing !== undefined) console.warn(`\nSKIPPED: the API server stand-in: ${missing}\n`);

describe.skipIf(missing !== undefined)(
  'the stand-in of a Kubernetes API server, asked by the real kubectl',
  () => {
    let directory: string;
    let api: KubernetesApi;
    const ran: string[] = [];
    beforeAll(async () => {
      directory = mkdtempSync(path.join(tmpdir(), 'greenlight-kubectl-'));
      api = await startKubernetesApi({
        namespace: 'shop',
        deployment: { name: 'app', replicas: 3, image: 'registry/app:v1', variables: ['DATABASE_URL'] },
        others: {},
      });
      api.onRollout = (image) => ran.push(image);
      writeFileSync(path.join(directory, 'kubeconfig'), api.kubeconfig);
    });
    afterAll(async () => {
      await api.close();
      rmSync(directory, { recursive: true, force: true });
    });

    function kubectl(...args: string[]): Promise<{ readonly code: number; readonly said: string }> {
      const env = {
        PATH: process.env['PATH'],
        HOME: directory,
        KUBECONFIG: path.join(directory, 'kubeconfig'),
      };
      return new Promise((resolve) => {
        execFile('kubectl', args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
        );
      });
    }
    const status = (timeout: string) =>
      kubectl('rollout', 'status', 'deployment/app', `--timeout=${timeout}`);
    const image = async () =>
      (await kubectl('get', 'deployment', 'app', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'))
        .said;

    test('rolls out, is undone to the revision before, and scales', async () => {
      expect(await status('30s')).toEqual({ code: 0, said: 'deployment "app" successfully rolled out\n' });
      expect((await kubectl('set', 'image', 'deployment/app', 'app=registry/app:v2')).code).toBe(0);
      expect(await status('30s')).toMatchObject({ code: 0 });
      expect(await image()).toBe('registry/app:v2');
      expect((await kubectl('rollout', 'undo', 'deployment/app')).said).toContain('rolled back');
      expect(await status('30s')).toMatchObject({ code: 0 });
      expect(await image()).toBe('registry/app:v1');
      expect(ran).toEqual(['registry/app:v2', 'registry/app:v1']);
      expect((await kubectl('scale', 'deployment', 'app', '--replicas=2')).code).toBe(0);
      expect(await status('30s')).toMatchObject({ code: 0 });
      const replicas = await kubectl('get', 'deployment', 'app', '-o', 'jsonpath={.status.readyReplicas}');
      expect(replicas.said).toBe('2');
    });

    test('a roll-out that is stuck is told by the exit code', async () => {
      api.stuck = true;
      await kubectl('set', 'image', 'deployment/app', 'app=registry/app:v3');
      const { code, said } = await status('1s');
      expect(code).toBe(1);
      expect(said).toContain('timed out waiting');
    });

    test('what it does not have is told as Kubernetes tells it', async () => {
      expect((await kubectl('get', 'deployment', 'other')).said).toContain('NotFound');
      expect((await kubectl('get', 'secrets')).code).toBe(1);
    });
  },
);
