import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { collectorOf } from '../../load/engines/k6-operator/collector.ts';
import { type ExportedRun, exportRun } from '../../load/engines/k6-operator/export-run.ts';
import { redactorOf } from '../../safety/redactor.ts';
import { type CommandContext, commandOf, CONFIG_OPTION, repeated, wholeNumber } from '../command-context.ts';
import { K6_VERSION } from '../../run/doctor/install-k6.ts';
import { loadConfig } from '../../host/load-config.ts';

/** From about here on, the kubelet has thrown the beginning of a log away when it ends. */
const ROTATED_MIB = 10;

interface ExportOptions {
  readonly config?: string;
  readonly k6Operator: boolean;
  readonly profile: string;
  readonly parallelism: number;
  readonly out: string;
  readonly namespace: string;
  readonly image: string;
  readonly starterImage?: string;
  readonly secretName: string;
  readonly secret?: readonly string[];
  readonly env?: readonly string[];
  readonly separate: boolean;
  readonly cpu: string;
  readonly memory: string;
}

/** `greenlight load export` */
export function loadExportCommand(context: CommandContext): Command {
  return commandOf('export', 'Write what k6-operator needs to make the load of a profile in a cluster.', [
    'greenlight load export --k6-operator --profile catalogue-holds --parallelism 3 --out load-test',
    'greenlight load export --k6-operator --profile catalogue-holds --parallelism 3 --out load-test \\\n      --namespace load --separate --image grafana/k6:2.2.0@sha256:<digest>',
    'kubectl create -f load-test/testrun.yaml && sh load-test/collect.sh && greenlight load judge load-test',
  ])
    .option(...CONFIG_OPTION)
    .option('--k6-operator', 'a TestRun of k6-operator', false)
    .requiredOption('--profile <id>', 'load profile: engine k6, kind baseline, with a rate')
    .requiredOption('--parallelism <n>', 'how many runners share the load', wholeNumber(1))
    .requiredOption('--out <directory>', 'a new directory: testrun.yaml, collect.sh, order.json')
    .option('--namespace <name>', 'where the operator runs it', 'default')
    .option('--image <image>', 'k6, with its version as the tag', `grafana/k6:${K6_VERSION}`)
    .option('--starter-image <image>', "of the pod that starts the runners (default: the operator's own)")
    .option('--secret-name <name>', 'the Secret that holds what the flow reads', 'greenlight-load')
    .option('--secret <name>', 'a further secret of the plan that the flow reads; again for more', repeated)
    .option('--env <name>', 'a variable that the plan reads while it is loaded; again for more', repeated)
    .option('--separate', 'each runner on a node of its own; with too few nodes nothing starts', false)
    .option('--cpu <quantity>', 'processor that each runner asks for', '1')
    .option('--memory <quantity>', 'memory of each runner', '1Gi')
    .action(async (options: ExportOptions) => {
      if (!options.k6Operator) throw new GreenlightError('NOT_SAID_WHAT', 'say for what: --k6-operator');
      const out = path.resolve(context.cwd, options.out);
      if (existsSync(out) && readdirSync(out).length > 0) {
        throw new GreenlightError('DIRECTORY_TAKEN', `${options.out} is not empty`);
      }
      for (const [name, text] of [
        ['--cpu', options.cpu],
        ['--memory', options.memory],
      ] as const) {
        if (!/^\d+(\.\d+)?(m|k|M|G|Ki|Mi|Gi)?$/.test(text))
          throw new GreenlightError(
            'OPTION_INVALID',
            `${name}: "${text}" is no quantity such as 500m or 1Gi`,
          );
      }
      const { plan, file } = await loadConfig(context.cwd, options.config);
      context.screen.protect(redactorOf(plan, context.env));
      const scratch = mkdtempSync(path.join(tmpdir(), 'greenlight-load-export-'));
      try {
        const exported = await exportRun({
          ...options,
          plan,
          planFile: file,
          secrets: options.secret ?? [],
          variables: options.env ?? [],
          starterImage: options.starterImage,
          env: context.env,
          scratch,
          now: new Date(),
        });
        await write(out, exported);
        for (const line of said(exported, options)) context.screen.out(line);
        context.finish(EXIT.GO);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    });
}

async function write(out: string, { manifest, order }: ExportedRun): Promise<void> {
  // Lazy: few commands need to write YAML.
  const { stringify } = await import('yaml');
  const documents = manifest.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false }));
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, 'testrun.yaml'), documents.join('---\n'));
  writeFileSync(path.join(out, 'order.json'), `${JSON.stringify(order, null, 2)}\n`);
  writeFileSync(path.join(out, 'collect.sh'), collectorOf(order));
  chmodSync(path.join(out, 'collect.sh'), 0o755);
}

function said(exported: ExportedRun, { out, secretName }: ExportOptions): readonly string[] {
  const { order, secrets, tried, logMiB, loopback } = exported;
  const { namespace } = order;
  return [
    `${order.check}: ${order.parallelism} runners of k6 ${order.k6Version}, TestRun ${order.name}`,
    ...(tried
      ? ['k6 here loads the script without any variable of this environment, as the initializer will.']
      : ['Note: k6 is not here, so whether the script loads without this environment was not tried.']),
    ...loopback.map((url) => `Note: ${url} is each runner's own pod, not this machine.`),
    ...(logMiB > ROTATED_MIB
      ? [
          `Note: each runner writes about ${Math.round(logMiB)} MiB; the kubelet rotates logs at 10 MiB (containerLogMaxSize), and a sample that is lost makes the answer unknown.`,
        ]
      : []),
    '',
    ...(secrets.length === 0
      ? []
      : [
          `kubectl --namespace ${namespace} create secret generic ${secretName} --from-env-file=<file>   # with ${secrets.join(', ')}`,
        ]),
    // Not apply: it would copy the script into an annotation, which is limited to 256 KiB.
    `kubectl create -f ${path.join(out, 'testrun.yaml')}`,
    `sh ${path.join(out, 'collect.sh')}   # at once: it follows the logs from their start`,
    `greenlight load judge ${out}`,
    `kubectl delete -f ${path.join(out, 'testrun.yaml')}   # only then: it deletes the evidence`,
  ];
}
