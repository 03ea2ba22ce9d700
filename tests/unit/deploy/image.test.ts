import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import satisfies from 'semver/functions/satisfies.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  version: string;
  engines: { node: string };
  devDependencies: Record<string, string>;
  files: string[];
};

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of the Dockerfile, continued lines joined. */
const instructions: readonly Instruction[] = read('deploy/Dockerfile')
  .split('\n')
  .filter((line) => !/^\s*#/.test(line))
  .join('\n')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .flatMap((line): Instruction[] => {
    const [, word, rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return word === undefined ? [] : [{ word, rest }];
  });
const all = (word: string): readonly string[] =>
  instructions.filter((one) => one.word === word).map(({ rest }) => rest);

/** The instructions of a stage and of those that it is made from, from the base on. */
function stage(name: string): readonly Instruction[] {
  const start = instructions.findIndex(({ word, rest }) => word === 'FROM' && rest.endsWith(` AS ${name}`));
  expect(start, name).toBeGreaterThanOrEqual(0);
  const end = instructions.findIndex(({ word }, index) => index > start && word === 'FROM');
  const own = instructions.slice(start, end < 0 ? undefined : end);
  const from = own[0]?.rest.split(' ')[0] ?? '';
  return from.startsWith('$') ? own : [...stage(from), ...own];
}
const last = (name: string, word: string): string | undefined =>
  stage(name).findLast((one) => one.word === word)?.rest;

describe('the image', () => {
  test('runs a Node that the package supports, named exactly', () => {
    const [, version = ''] = /^NODE=node:(\d+\.\d+\.\d+)-bookworm-slim$/.exec(all('ARG')[0] ?? '') ?? [];
    expect(satisfies(version, manifest.engines.node), version).toBe(true);
    for (const from of all('FROM')) expect(from).toMatch(/^(\$\{NODE\}|base) AS \w+$/);
  });

  test('holds the Playwright that every test uses, and says no other version than those of package.json', () => {
    const named = all('RUN')
      .join('\n')
      .match(/@playwright\/test@\S+/g);
    expect(named).toEqual([`@playwright/test@${manifest.devDependencies['@playwright/test']}`]);
    for (const file of ['deploy/Dockerfile', 'docs/deploy/image.md', 'docs/deploy/gitlab-ci.md']) {
      const tags = [...read(file).matchAll(/example\.com\/greenlight(?:-gate)?:([\w.]+)/g)];
      expect(tags.length, file).toBeGreaterThan(0);
      expect(
        tags.map(([, tag]) => tag).filter((tag) => tag !== manifest.version),
        file,
      ).toEqual([]);
    }
    const added = [...read('docs/deploy/image.md').matchAll(/npm install --prefix \S+ .* (\S+)@([\d.]+)/g)];
    expect(added.map(([, name = '', version]) => [name, version])).toEqual([
      ['stripe', manifest.devDependencies['stripe']],
    ]);
  });

  test.each(['run', 'gate'])(
    '%s is not root, has a first process that hands signals on, and writes to volumes alone',
    (name) => {
      expect(last(name, 'USER')).toBe('1000:1000');
      expect(last(name, 'ENTRYPOINT')).toBe('["/usr/bin/tini", "--"]');
      const volumes = stage(name)
        .filter(({ word }) => word === 'VOLUME')
        .flatMap(({ rest }) => JSON.parse(rest) as string[]);
      expect(volumes).toEqual(expect.arrayContaining(['/tmp', '/state', '/report']));
      const home = stage(name)
        .filter(({ word }) => word === 'ENV')
        .flatMap(({ rest }) => rest.match(/(?<=\b(?:HOME|XDG_CACHE_HOME)=)\S+/g) ?? []);
      expect(home.at(-1)).toMatch(/^\/tmp(\/|$)/);
      const command = JSON.parse(last(name, 'CMD') ?? '[]') as string[];
      expect(command[0]).toBe('greenlight');
      for (const option of ['--state', '--output', '--runs']) {
        const at = command.indexOf(option);
        if (at >= 0)
          expect(
            volumes.some((volume) => command[at + 1]?.startsWith(volume)),
            option,
          ).toBe(true);
      }
    },
  );

  test('only the gate is asked whether it is well', () => {
    expect(all('HEALTHCHECK')).toHaveLength(1);
    expect(last('gate', 'HEALTHCHECK')).toContain('GREENLIGHT_GATE_HEALTH');
    expect(stage('run').some(({ word }) => word === 'HEALTHCHECK')).toBe(false);
    expect(all('EXPOSE')).toEqual(['8484']);
  });

  test('is built without what was made or is secret', () => {
    const left = read('.dockerignore').split('\n');
    for (const name of ['node_modules', 'dist', '.git', '.env*', '*.pem', '.greenlight'])
      expect(left).toContain(name);
    expect(manifest.files).toEqual(expect.arrayContaining(['deploy', 'action.yml']));
    for (const copied of ['package.json', 'package-lock.json', '.npmrc']) {
      expect(existsSync(path.join(ROOT, copied)), copied).toBe(true);
      expect(left).not.toContain(copied);
    }
  });

  test('is what the files for clusters run, with a root file system that is only read', () => {
    const [, job = ''] = /```yaml\n(.*?)```/s.exec(read('docs/deploy/kubernetes-job.md')) ?? [];
    interface Pod {
      readonly securityContext: { readonly runAsUser: number; readonly runAsNonRoot: boolean };
      readonly containers: readonly {
        readonly workingDir: string;
        readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
        readonly volumeMounts: readonly { readonly mountPath: string }[];
      }[];
    }
    const pods: Pod[] = [
      (
        parse(read('deploy/kubernetes-cronjob.yml')) as {
          spec: { jobTemplate: { spec: { template: { spec: Pod } } } };
        }
      ).spec.jobTemplate.spec.template.spec,
      (parse(job) as { spec: { template: { spec: Pod } } }).spec.template.spec,
    ];
    for (const { securityContext, containers } of pods) {
      expect(securityContext).toMatchObject({ runAsUser: 1000, runAsNonRoot: true });
      expect(containers[0]?.securityContext.readOnlyRootFilesystem).toBe(true);
      expect(containers[0]?.workingDir).toBe('/greenlight/project');
      expect(containers[0]?.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(
        expect.arrayContaining(['/tmp', '/state']),
      );
    }
  });
});
