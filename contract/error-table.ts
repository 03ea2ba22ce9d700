import type { EXIT } from './exit-codes.ts';

/** What an error can mean for whoever reads the exit code: never GO, and never the product's fault. */
type ErrorExit = Extract<keyof typeof EXIT, 'USAGE' | 'INCONCLUSIVE'>;

/** What a kind of error has to say. */
interface ErrorKind {
  /** What happened, as the message after it continues: `CODE: title: message`. */
  readonly title: string;
  /** What its reader does now. What differs from one place to another stands in the message. */
  readonly hint: string;
  /** USAGE where the caller must correct something before anything can be done; all else is INCONCLUSIVE. */
  readonly exit: ErrorExit;
}

/**
 * Every error that a user can meet, by what is done about it: a code is what people search for. `docs/errors.md` is
 * generated from this table.
 */
export const ERRORS = {
  // The plan.
  PLAN_INVALID: {
    title: 'The plan has problems',
    hint: 'Correct every line above; nothing was sent or started.',
    exit: 'USAGE',
  },
  PLAN_NOT_FOUND: {
    title: 'No plan was found',
    hint: 'Run `greenlight init` to write one, or name it with --config <file>.',
    exit: 'USAGE',
  },
  PLAN_AMBIGUOUS: {
    title: 'It is not clear which plan is meant',
    hint: 'Keep one of the files, or name one with --config <file>.',
    exit: 'USAGE',
  },
  PLAN_UNREADABLE: {
    title: 'The plan could not be loaded',
    hint: 'The file threw while it was evaluated; the cause is above.',
    exit: 'USAGE',
  },
  PLAN_NOT_EXPORTED: {
    title: 'The file of the plan exports none',
    hint: 'End it with `export default defineConfig({ target: { ... }, ... })`.',
    exit: 'USAGE',
  },
  NOTHING_PLANNED: {
    title: 'The plan has nothing to do here',
    hint: 'Name another phase, or give the phase to what belongs to it in the plan (`phases`).',
    exit: 'USAGE',
  },
  NO_LEVELS: {
    title: 'The plan has no service levels',
    hint: 'Add slo: { source, up, objectives }; see docs/plan/slo.md in the package.',
    exit: 'USAGE',
  },
  NO_NOTIFY: {
    title: 'The plan tells nobody',
    hint: 'Add notify: { channels, routes }; see docs/plan/notify.md in the package.',
    exit: 'USAGE',
  },
  SOURCE_UNSUITABLE: {
    title: 'This cannot be asked of the metrics source of the plan',
    hint: 'It works with Prometheus: slo.source with adapter prometheus.',
    exit: 'USAGE',
  },
  CHECK_EMPTY: {
    title: 'A check in a spec does nothing',
    hint: 'Give it a body: check(id, async (...) => { ... }); without one it could only pass.',
    exit: 'USAGE',
  },

  // The command line and the environment.
  USAGE: {
    title: 'The command line is not right',
    hint: 'See `greenlight <command> --help`.',
    exit: 'USAGE',
  },
  OPTION_MISSING: {
    title: 'An option is missing',
    hint: 'Give it; `greenlight <command> --help` has examples.',
    exit: 'USAGE',
  },
  NOT_SAID_WHAT: {
    title: 'The command was not told what to do',
    hint: 'Give one of the options named; `greenlight <command> --help` has examples.',
    exit: 'USAGE',
  },
  OPTION_CONFLICT: {
    title: 'Options contradict each other',
    hint: 'Leave one of them out, or give them different values.',
    exit: 'USAGE',
  },
  OPTION_INVALID: {
    title: 'The value of an option cannot be used',
    hint: 'Write it as said above; `greenlight <command> --help` has examples.',
    exit: 'USAGE',
  },
  ADDRESS_INVALID: {
    title: 'An address cannot be used',
    hint: 'Write the whole of it: postgres://user@host:5432/database (the password may be in PGPASSWORD or ~/.pgpass), redis://user:password@host:6379/0 (rediss:// for TLS), https://host/path.',
    exit: 'USAGE',
  },
  NAME_UNKNOWN: {
    title: 'There is nothing of that name',
    hint: 'Use a name that is there.',
    exit: 'USAGE',
  },
  RELEASE_INVALID: {
    title: 'The release is not named as it must be',
    hint: 'A commit is the output of `git rev-parse HEAD`, with all of its digits where a verdict is signed; an artifact is sha256: and 64 hexadecimal digits. Is the variable set?',
    exit: 'USAGE',
  },
  NONCE_MISSING: {
    title: 'What belongs together cannot be told',
    hint: 'Give everything that belongs to one deployment the same --nonce, which nothing else has: the id of the pipeline and the attempt.',
    exit: 'USAGE',
  },
  SHARD_INVALID: {
    title: 'A run cannot be shared like this',
    hint: 'Nothing was run. docs/deploy/sharding.md has the commands of every machine.',
    exit: 'USAGE',
  },
  VARIABLE_MISSING: {
    title: 'An environment variable is not set',
    hint: 'Set it where this command runs; docs/environment.md says what each is for.',
    exit: 'USAGE',
  },
  VARIABLE_REFUSED: {
    title: 'An environment variable has a value that is refused',
    hint: 'Unset it, or give it a value that docs/environment.md names.',
    exit: 'USAGE',
  },
  TLS_UNCHECKED: {
    title: 'Certificates would not be checked',
    hint: 'Unset NODE_TLS_REJECT_UNAUTHORIZED; for certificates of your own authority set NODE_EXTRA_CA_CERTS=<file>.',
    exit: 'USAGE',
  },

  // Files and directories.
  FILE_UNREADABLE: {
    title: 'A file cannot be read',
    hint: 'Look at its path, and at who may read it.',
    exit: 'USAGE',
  },
  FILE_UNWRITABLE: {
    title: 'A file cannot be written',
    hint: 'Name another one, in a directory that is there and that may be written to.',
    exit: 'USAGE',
  },
  FILE_EXISTS: {
    title: 'Nothing is overwritten',
    hint: 'Say --replace, or name another file.',
    exit: 'USAGE',
  },
  DIRECTORY_NOT_FOUND: {
    title: 'There is no such directory',
    hint: 'Name the directory that the runs had, or leave the option out where it has a default.',
    exit: 'USAGE',
  },
  DIRECTORY_TAKEN: {
    title: 'The directory holds something else',
    hint: 'Name a new directory, or one that only this command writes to, such as greenlight-report.',
    exit: 'USAGE',
  },
  REPORT_NOT_FOUND: {
    title: 'There is no report of a run',
    hint: 'Name a file that a run has written.',
    exit: 'USAGE',
  },
  INPUT_FOREIGN: {
    title: 'This is not what it has to be made from',
    hint: 'Name what the command before this one wrote, all of it and complete.',
    exit: 'USAGE',
  },
  DEPLOY_FILE_INVALID: {
    title: 'A deploy file cannot be looked at',
    hint: 'Correct it; a template has to be rendered first, for example with `helm template` or `kustomize build`.',
    exit: 'USAGE',
  },
  POLICY_INVALID: {
    title: 'The policy cannot be used',
    hint: 'It is the member "policy" of an evidence.json; what is left out has its default.',
    exit: 'USAGE',
  },

  // Secrets, keys and tokens.
  LIVE_KEY: {
    title: 'A live key was found',
    hint: 'Greenlight only works with test-mode keys (sk_test_, rk_test_). Nothing was sent.',
    exit: 'USAGE',
  },
  SECRET_MISSING: {
    title: 'A secret is not set',
    hint: 'Set the environment variable; its value is never written to any file.',
    exit: 'USAGE',
  },
  SECRET_UNNAMED: {
    title: 'A secret is read that the plan does not name',
    hint: 'Add its name to `secrets` in the plan, so that its value is masked in every output.',
    exit: 'USAGE',
  },
  SECRET_EXPOSED: {
    title: 'A secret would be written where others can read it',
    hint: 'Everybody who may read ConfigMaps would read it. Write secret("NAME") in the plan and ctx.secret("NAME") in flows; the runners get the value from a Secret.',
    exit: 'USAGE',
  },
  KEY_MISSING: {
    title: 'A key is needed',
    hint: 'Give the key with which the run sealed it.',
    exit: 'USAGE',
  },
  KEY_UNUSABLE: {
    title: 'A key cannot be used',
    hint: 'Make a pair with `greenlight keygen`.',
    exit: 'USAGE',
  },
  TOKEN_MISSING: {
    title: 'Others could reach this without a token',
    hint: 'Give a token (`openssl rand -hex 32` makes one), here and where it is asked from, or listen on 127.0.0.1.',
    exit: 'USAGE',
  },
  TOKENS_INVALID: {
    title: 'A token cannot be used',
    hint: 'A token has at least 20 characters without blanks; `openssl rand -hex 32` makes one. A file of them has one a line, as name:token.',
    exit: 'USAGE',
  },

  // The gate, the sink and who is told.
  PORT_UNAVAILABLE: {
    title: 'It cannot listen there',
    hint: 'Nothing was started. Name another port, or end what listens there: one is enough for all checks.',
    exit: 'USAGE',
  },
  TLS_UNUSABLE: {
    title: 'TLS cannot be used with these files',
    hint: 'Both must be PEM without a passphrase, and the key that of the first certificate.',
    exit: 'USAGE',
  },
  STORE_UNUSABLE: {
    title: 'The database of the gate cannot be used',
    hint: 'The cause is above: look at its address, its password, and whether it can be reached from here.',
    exit: 'USAGE',
  },
  STORE_OUTDATED: {
    title: 'The database of the gate is of another version',
    hint: 'Run `greenlight gate migrate --store <url>` with a role that may create a schema.',
    exit: 'USAGE',
  },
  VERDICT_STANDS: {
    title: 'The gate kept an older verdict of the same run',
    hint: 'Nothing was stored for the reports above; the gate answers with what it holds.',
    exit: 'INCONCLUSIVE',
  },
  PUBLISHER_INVALID: {
    title: 'What is told to others is not set up right',
    hint: 'docs/deploy/callbacks.md lists the settings of every publisher.',
    exit: 'USAGE',
  },

  // What people say about a run.
  STATEMENT_REFUSED: {
    title: 'The statement cannot be taken down',
    hint: 'Say it as the plan asks for it, with --name and --role, and with --key where it names their key; `greenlight checklist` shows what is open, and for whom.',
    exit: 'USAGE',
  },
  STATEMENTS_INVALID: {
    title: 'What people stated cannot be used',
    hint: 'Correct the lines named above; until then nothing in the file counts, because one of them may have been a "no".',
    exit: 'INCONCLUSIVE',
  },
  ANNOUNCEMENT_REFUSED: {
    title: 'This verdict cannot be announced so',
    hint: 'Announce what was decided: --kind stakeholders fits every verdict.',
    exit: 'USAGE',
  },
  ANNOUNCEMENT_TOO_LATE: {
    title: 'The verdict is no longer valid',
    hint: 'Run again and announce what it decides; or say that it is told as what was: --past.',
    exit: 'USAGE',
  },
  TEMPLATE_INVALID: {
    title: 'The template cannot be filled',
    hint: 'docs/runbook.md in the package lists every placeholder. Nothing was written or sent.',
    exit: 'USAGE',
  },
  VERDICT_NOT_GO: {
    title: 'Only GO can be signed off',
    hint: 'A person cannot turn it into GO. Repeat the run, or accept a failure with a waiver in the policy.',
    exit: 'USAGE',
  },

  // Load from a cluster.
  EXPORT_REFUSED: {
    title: 'This load cannot be exported',
    hint: 'Nothing was written. A variable that the plan reads while it is loaded can be handed over with --env <NAME>.',
    exit: 'USAGE',
  },
  IMAGE_UNPINNED: {
    title: 'An image does not say its version',
    hint: 'Write name:version, or name:version@sha256:<64 hex digits>, and for k6 a tag that begins with its version, such as k6:2.2.0: the result says which one measured.',
    exit: 'USAGE',
  },

  // State on this machine.
  LEASE_HELD: {
    title: 'Another run is on this target',
    hint: 'Wait for it to end, or look at the lease file named above.',
    exit: 'INCONCLUSIVE',
  },
  LEASE_UNREADABLE: {
    title: 'Another run may be on this target',
    hint: 'Make sure that no other run is on this target, then remove the file.',
    exit: 'INCONCLUSIVE',
  },
  LEASE_UNASKED: {
    title: 'The lease of the target cannot be asked for',
    hint: 'Look at `lease` in the plan, and whether its server can be reached from here. Nothing was run: whether somebody else is on the target is not known.',
    exit: 'INCONCLUSIVE',
  },
  LEDGER_UNWRITABLE: {
    title: 'The ledger of test data cannot be written',
    hint: 'Nothing is created on a target unless it can be recorded first. Free space or choose another --state directory.',
    exit: 'INCONCLUSIVE',
  },
  STATE_UNWRITABLE: {
    title: 'The state directory cannot be written',
    hint: 'The lease of a run and the ledger of its test data live there. Free space, or choose another --state directory.',
    exit: 'INCONCLUSIVE',
  },
  LEDGER_UNREADABLE: {
    title: 'The ledger of test data cannot be read',
    hint: 'It was edited or written by another version; what is left on the target must be looked up by hand.',
    exit: 'INCONCLUSIVE',
  },
  HISTORY_UNWRITABLE: {
    title: 'The history of runs cannot be written',
    hint: 'The answer of the run stands, and nobody will find it later. Free space, look at who may write there, or at `history` in the plan.',
    exit: 'INCONCLUSIVE',
  },
  HISTORY_UNREADABLE: {
    title: 'The history of runs cannot be read',
    hint: 'The cause is above: look at who may read it and whether it can be reached; `history` in the plan says where it is.',
    exit: 'INCONCLUSIVE',
  },
  HISTORY_OUTDATED: {
    title: 'The database of the history is of another version',
    hint: 'Run `greenlight history migrate` with a role that may create a schema.',
    exit: 'INCONCLUSIVE',
  },
  REPORT_UNWRITABLE: {
    title: 'The report cannot be written',
    hint: 'Free space, see who may write to this directory, or choose another one with --output, and run again.',
    exit: 'INCONCLUSIVE',
  },
  REPORT_IN_USE: {
    title: 'Another run is writing its report there',
    hint: 'Nothing was run, and that report was not touched. Wait for it to end, or choose another --output directory.',
    exit: 'INCONCLUSIVE',
  },

  // Parts that are not ours.
  PART_MISSING: {
    title: 'A part is missing',
    hint: 'Run `greenlight doctor` to see what is there and how to get the rest.',
    exit: 'INCONCLUSIVE',
  },
  PART_FAILED: {
    title: 'A part is there and does not work',
    hint: 'The cause is above; `greenlight doctor` shows the parts.',
    exit: 'INCONCLUSIVE',
  },
  PLAYWRIGHT_UNUSABLE: {
    title: 'Playwright cannot be used',
    hint: 'npm install --save-dev @playwright/test@latest, beside the Playwright configuration.',
    exit: 'INCONCLUSIVE',
  },
  PLAYWRIGHT_CONFIG_MISSING: {
    title: 'There is no configuration of Playwright',
    hint: 'Run `greenlight init` to write one, or name it with --playwright <file>.',
    exit: 'INCONCLUSIVE',
  },
  K6_UNAVAILABLE: {
    title: 'k6 cannot be had',
    hint: 'Set GREENLIGHT_K6_RELEASES to a mirror that this machine reaches, install Go, or install k6: https://grafana.com/docs/k6/latest/set-up/install-k6/',
    exit: 'INCONCLUSIVE',
  },

  // Evidence and what is made of it.
  EVIDENCE_INVALID: {
    title: 'The evidence cannot be used',
    hint: 'It was cut short, edited, or written by another version. Run again.',
    exit: 'INCONCLUSIVE',
  },
  EVIDENCE_UNSEALED: {
    title: 'The evidence is not what its run sealed',
    hint: 'Nothing was signed. It was edited, replaced, or written without the key: run again with --sign-key, and use what that run wrote.',
    exit: 'INCONCLUSIVE',
  },
  EVIDENCE_CHANGED: {
    title: 'The evidence is not what was judged',
    hint: 'One of the two files was edited, or is of another run: use both as one run wrote them.',
    exit: 'INCONCLUSIVE',
  },
  EVIDENCE_OTHER_PLAN: {
    title: 'The evidence belongs to another configuration',
    hint: 'Judge it with the plan and policy of its own run.',
    exit: 'USAGE',
  },
  RUN_UNFINISHED: {
    title: 'The run has no evidence yet, or none at all',
    hint: 'Wait until it has ended, or run again.',
    exit: 'INCONCLUSIVE',
  },
  SHARDS_INCOMPLETE: {
    title: 'Not every shard is done',
    hint: 'Name the fragment of every shard after --after. No load was sent.',
    exit: 'INCONCLUSIVE',
  },
  BASELINE_INVALID: {
    title: 'The baseline cannot be used',
    hint: 'Save it again from a passing run.',
    exit: 'INCONCLUSIVE',
  },
  BASELINE_REFUSED: {
    title: 'This cannot be a baseline',
    hint: 'No baseline was written.',
    exit: 'INCONCLUSIVE',
  },

  // Ours.
  RUN_CONTEXT_INVALID: {
    title: 'What the run said to Playwright cannot be used',
    hint: 'Unset GREENLIGHT_RUN to run Playwright by hand, or start it with `greenlight run`.',
    exit: 'INCONCLUSIVE',
  },
  DEMO_FAILED: {
    title: 'The demo could not be set up',
    hint: 'The cause is above; `greenlight doctor` shows the parts.',
    exit: 'INCONCLUSIVE',
  },
  INTERNAL: {
    title: 'Greenlight itself failed',
    hint: 'This is a defect of Greenlight, not of the target.',
    exit: 'INCONCLUSIVE',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;
