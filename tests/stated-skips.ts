import { onPath } from '../host/process-group.ts';

/** A test that may be skipped, where it may, and why. */
interface StatedSkip {
  /** End of the file's path. */
  readonly file: string;
  /** Begin of the test's full name; every test of the file where it is left out. */
  readonly name?: RegExp;
  readonly because: string;
  /** Whether the reason holds on this machine. */
  readonly holds: (env: NodeJS.ProcessEnv) => boolean;
}

const usually = (env: NodeJS.ProcessEnv): boolean => env['GREENLIGHT_LONG'] !== '1';

const STATED: readonly StatedSkip[] = [
  {
    file: '.test.ts',
    // What `eachUsually` (long.ts) leaves out.
    name: /\(further\)$/,
    because: 'further members of kinds that are tried: npm run test:long',
    holds: usually,
  },
  {
    file: 'tests/contracts/data-checks/rows-adversity.test.ts',
    name: /on debian/,
    because: 'the same on PostgreSQL 15: npm run test:long',
    holds: usually,
  },
  {
    file: 'tests/contracts/data-checks/coverage.test.ts',
    name: /on debian/,
    because: 'the same on PostgreSQL 15: npm run test:long',
    holds: usually,
  },
  {
    file: 'tests/e2e/demo/faults.test.ts',
    name: /^every other fault/,
    because: 'further faults of kinds that are tried: npm run test:long',
    holds: usually,
  },
  {
    file: 'tests/e2e/demo/faults-by-load.test.ts',
    name: /is found by load alone$/,
    because: 'further faults of kinds that are tried: npm run test:long',
    holds: usually,
  },
  {
    file: 'tests/runner/verdict/chaos.test.ts',
    because: 'kills at random moments; those at certain ones are tried: npm run test:long',
    holds: usually,
  },
  {
    file: 'tests/unit/suites/backends-probe.test.ts',
    name: /real HAProxy/,
    because: 'HAProxy is not installed: apt-get install haproxy',
    holds: (env) => !onPath('haproxy', env),
  },
  {
    file: 'tests/unit/suites/dns/dns-look.test.ts',
    name: /^dig /,
    because: 'dig is not installed: apt-get install bind9-dnsutils',
    holds: (env) => !onPath('dig', env),
  },
  {
    file: 'tests/unit/docs/verify-page.test.ts',
    name: /cosign/,
    because: 'cosign is in no package registry that this suite installs from',
    holds: (env) => !onPath('cosign', env),
  },
  {
    file: 'tests/contracts/gate-clients/gate-clients.test.ts',
    because: "building the gate clients' own Go code takes minutes: GREENLIGHT_REAL_CLIENTS=1 runs them",
    holds: (env) => env['GREENLIGHT_REAL_CLIENTS'] === undefined,
  },
  {
    file: 'tests/contracts/publisher/publishers.test.ts',
    name: /Allure/,
    because: "Allure's program needs Java, which is too large to install for one page",
    holds: (env) => !onPath('java', env),
  },
  {
    file: 'tests/contracts/examples/kubernetes-api.test.ts',
    because: 'kubectl is in no package registry that this suite installs from',
    holds: (env) => !onPath('kubectl', env),
  },
  {
    file: 'tests/e2e/examples/clean.test.ts',
    name: /^ils-kubernetes/,
    because: 'kubectl and Prometheus are not installed by this suite: npm run examples',
    holds: (env) => !['kubectl', 'prometheus', 'promtool'].every((program) => onPath(program, env)),
  },
  {
    file: 'tests/e2e/examples/clean.test.ts',
    name: /^samia-tarot/,
    because: 'Prometheus and the programs of PostgreSQL are not installed by this suite: npm run examples',
    holds: (env) =>
      !['pg_dump', 'pg_restore', 'psql', 'prometheus', 'promtool'].every((program) => onPath(program, env)),
  },
  {
    file: 'tests/e2e/cli/stopping.test.ts',
    name: /full disk/,
    because: 'not every container lets even root mount',
    holds: () => true,
  },
];

/**
 * Why a test may be skipped here.
 * @returns undefined when nobody stated a reason that holds: then what it would have shown is not known
 */
export function statedReason(file: string, fullName: string, env: NodeJS.ProcessEnv): string | undefined {
  const found = STATED.find(
    (one) => file.endsWith(one.file) && (one.name?.test(fullName) ?? true) && one.holds(env),
  );
  return found?.because;
}
