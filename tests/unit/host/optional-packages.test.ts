import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import satisfies from 'semver/functions/satisfies.js';
import { describe, expect, test } from 'vitest';
import { GreenlightError } from '../../../contract/errors.ts';
import { importOptional } from '../../../host/import-optional.ts';
import { installCommand, OPTIONAL_PACKAGES, testedRange } from '../../../host/optional-packages.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const NAMES = Object.keys(OPTIONAL_PACKAGES);
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

describe('a package that only some plans need', () => {
  test('is an optional peer, and installed here in a version of its range', () => {
    expect(manifest.optionalDependencies).toBeUndefined();
    const { '@playwright/test': _, ...optional } = manifest.peerDependencies;
    expect(Object.keys(optional).sort()).toEqual([...NAMES].sort());
    expect(Object.keys(manifest.peerDependenciesMeta).sort()).toEqual([...NAMES].sort());
    for (const [name, range] of Object.entries(optional)) {
      expect(manifest.peerDependenciesMeta[name], name).toEqual({ optional: true });
      expect(manifest.dependencies[name], name).toBeUndefined();
      const version = manifest.devDependencies[name] ?? '';
      expect(version, `${name} in an exact version`).toMatch(/^\d+\.\d+\.\d+$/);
      expect(satisfies(version, range), `${name}: ${version} in ${range}`).toBe(true);
      expect(testedRange(name)).toBe(range);
    }
  });

  test('is loaded through one door', () => {
    const product = readdirSync(ROOT, { withFileTypes: true, recursive: true }).filter(
      (entry) =>
        entry.isFile() &&
        /\.m?ts$/.test(entry.name) &&
        !/^(node_modules|dist|tests|demo|examples|\.)/.test(path.relative(ROOT, entry.parentPath)),
    );
    expect(product.length).toBeGreaterThan(300);
    let seen = 0;
    for (const entry of product) {
      const text = readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
      for (const { 0: found, 1: name = '', index } of text.matchAll(/(?<!typeof )\bimport\('([^']+)'\)/g)) {
        if (!NAMES.includes(name)) continue;
        seen += 1;
        const before = text.slice(0, index).trimEnd();
        expect(
          before.endsWith('() =>') && before.includes(`'${name}'`),
          `${entry.name}: ${found} outside of importOptional`,
        ).toBe(true);
      }
    }
    expect(seen).toBeGreaterThan(7);
  });

  test.each(['stripe', 'mysql2', '@aws-sdk/client-cloudwatch'] as const)(
    'that cannot be loaded is named, with the command: %s',
    async (name) => {
      const version = manifest.devDependencies[name] ?? '';
      const error: unknown = await importOptional(name, () => Promise.reject(new Error('not found'))).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(GreenlightError);
      expect(error).toMatchObject({
        code: 'PART_MISSING',
        message: expect.stringMatching(
          new RegExp(`^the package ${name} .* is there.*: npm install --save-dev ${name}@${version}$`),
        ) as string,
      });
    },
  );

  test('is passed on as it is where it can be loaded', async () => {
    const { default: Stripe } = await importOptional('stripe', () => import('stripe'));
    expect(Stripe).toBeTypeOf('function');
  });
});

test('several packages are installed by one command', () => {
  expect(installCommand(['imapflow', 'postal-mime', 'fastify'])).toBe(
    `npm install --save-dev ${['imapflow', 'postal-mime', 'fastify'].map((name) => `${name}@${manifest.devDependencies[name]}`).join(' ')}`,
  );
});
