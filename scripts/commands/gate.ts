import path from 'node:path';
import type { Command } from 'commander';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import type { StoredVerdict } from '../../contract/ports/gate-store.ts';
import { type CommandContext, commandOf, repeated, wholeNumber } from '../command-context.ts';
import { AZURE_CALLBACK } from '../../gate/mechanisms/azure-devops/azure-callbacks.ts';
import { migrateStore, openPostgresStore } from '../../gate/postgres/store.ts';
import { readStoredReport } from '../../gate/read-stored-report.ts';
import { ROUTES } from '../../gate/mechanisms/index.ts';
import { RUNS } from '../../gate/run-routes.ts';
import { parseStoreUrl, STORE_ENV, TOKENS_ENV } from '../../gate/serve-options.ts';
import { serve, type ServeOptions } from '../../gate/serve.ts';

interface StoreOptions {
  readonly store?: string;
}

/** `greenlight gate serve`, `migrate` and `keep` */
export function gateCommand(context: CommandContext): Command {
  const gate = commandOf('gate', 'Give verdicts to deploy mechanisms that ask over HTTP.', [
    'greenlight gate serve --runs /var/lib/greenlight/runs',
  ]);
  gate.addCommand(serveCommand(context));
  gate.addCommand(migrateCommand(context));
  gate.addCommand(keepCommand(context));
  return gate;
}

function serveCommand(context: CommandContext): Command {
  return commandOf('serve', 'Answer questions about verdicts until it is stopped.', [
    'greenlight run --output runs/$DEPLOY_ID --nonce $DEPLOY_ID --release 2026.11.2 --commit $(git rev-parse HEAD)',
    'greenlight gate serve --runs runs',
    'greenlight gate serve --runs runs --listen 0.0.0.0:8484 --tokens gate.tokens --tls-cert gate.pem --tls-key gate.key',
    'greenlight gate serve --runs runs --config greenlight.config.mts --tokens gate.tokens --key gate.pub.pem',
  ])
    .option('--runs <directory>', 'one sub-directory per run, as --output of `greenlight run`')
    .option('--store <url>', `keep verdicts in this PostgreSQL instead (or $${STORE_ENV})`)
    .option('--key <file>', 'believe a GO only when this key signed it; given again, any of them', repeated)
    .option('-c, --config <file>', 'start runs of this plan on request; may be given again', repeated)
    .option(
      '--azure <url>',
      'call checks of this Azure DevOps organization back; may be given again',
      repeated,
    )
    .option('--listen <host:port>', 'where to listen', '127.0.0.1:8484')
    .option('--tokens <file>', `name:token lines, read again when replaced (or $${TOKENS_ENV})`)
    .option('--audit <file>', 'append the audit log here (default: standard error)')
    .option('--report-url <url>', 'where reports can be read; {run} stands for the run')
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--per-minute <count>', 'most questions per minute and address', wholeNumber(1), 600)
    .addHelpText('after', `\nRoutes:\n${routes().join('\n')}`)
    .action(async (options: ServeOptions) => {
      await serve(options, context);
      // Stopped from outside, as every server ends; 0 would be read as GO.
      context.finish(EXIT.INTERRUPTED);
    });
}

function routes(): readonly string[] {
  return [
    ...ROUTES.map((route) => `  ${route.methods.join('|')} ${route.path}`),
    `  POST ${RUNS} (with --config)`,
    `  GET ${RUNS}/<id> (with --config)`,
    `  POST ${AZURE_CALLBACK} (with --azure)`,
  ];
}

function migrateCommand(context: CommandContext): Command {
  return commandOf('migrate', "Make or update the gate's own schema in your PostgreSQL.", [
    'greenlight gate migrate --store postgres://owner@db.example.com/deploys',
  ])
    .option('--store <url>', `the database (or $${STORE_ENV})`)
    .action(async (options: StoreOptions) => {
      const { before, after } = await migrateStore(storeOf(options, context));
      const what =
        before === after ? `is at version ${after} already` : `went from version ${before} to ${after}`;
      context.screen.out(`The schema greenlight_gate ${what}.`);
      context.finish(EXIT.GO);
    });
}

function keepCommand(context: CommandContext): Command {
  return commandOf('keep', 'Put the verdict of a report into the database of a gate.', [
    'greenlight gate keep greenlight-report --store postgres://gate@db.example.com/deploys',
  ])
    .argument('<report...>', 'report directories, each with a verdict.json')
    .option('--store <url>', `the database (or $${STORE_ENV})`)
    .action(async (reports: readonly string[], options: StoreOptions) => {
      const store = await openPostgresStore(storeOf(options, context), (what) => context.screen.err(what));
      const refused: Problem[] = [];
      try {
        for (const report of reports) {
          const verdict = await readStoredReport(path.resolve(context.cwd, report));
          if (verdict === undefined) {
            throw new GreenlightError('EVIDENCE_INVALID', `${report} holds no verdict.json of this version`);
          }
          const kept = await store.keep(verdict);
          if (kept.how === 'refused') refused.push(refusedKeep(report, verdict, kept.stands));
          else {
            const how = kept.how === 'kept' ? 'Kept' : 'Already there:';
            context.screen.out(`${how} ${verdict.decision} of run ${verdict.run} on ${verdict.target}.`);
          }
        }
      } finally {
        await store.close();
      }
      if (refused.length > 0) {
        throw new GreenlightError('VERDICT_STANDS', 'the gate goes on answering as before', {
          problems: refused,
        });
      }
      context.finish(EXIT.GO);
    });
}

function refusedKeep(
  report: string,
  { run, target, decision }: StoredVerdict,
  stands: StoredVerdict,
): Problem {
  const which = stands.target === target ? '' : ` on ${stands.target}`;
  return {
    path: report,
    value: `${decision} of run ${run}`,
    problem: `the gate holds ${stands.decision}${which} of that run, decided at ${stands.decidedAt}`,
    remedy:
      stands.decision === 'NO_GO'
        ? 'a NO_GO is not taken back: run again with a new nonce'
        : 'keep the verdict that was decided last, or run again with a new nonce',
  };
}

function storeOf({ store }: StoreOptions, { env }: CommandContext): string {
  const url = parseStoreUrl(store, env);
  if (url !== undefined) return url;
  throw new GreenlightError('OPTION_MISSING', `--store <url> is missing, and ${STORE_ENV} is not set`);
}
