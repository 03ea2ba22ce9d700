import path from 'node:path';
import { type Command, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { plain } from '../../contract/verdict/plain-words.ts';
import type { SignOffStatement } from '../../contract/verdict/proof.ts';
import { signOffStatement } from '../../signing/sign-off-statement.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { sha256Of } from '../../host/file-digest.ts';
import { parseVerdict, readText } from '../../host/read-report.ts';
import { reportFiles } from '../../host/report-files.ts';
import { readSigningKey } from '../../signing/key-file.ts';
import { writeEnvelope } from '../../signing/write-proof.ts';

interface SignOffOptions {
  readonly verdict: string;
  readonly name: string;
  readonly role: string;
  readonly decision: SignOffStatement['predicate']['decision'];
  readonly comment: string;
  readonly key: string;
}

/** `greenlight sign-off` */
export function signOffCommand(context: CommandContext): Command {
  return commandOf('sign-off', "Add a person's signed word on exactly this verdict.", [
    'greenlight sign-off --name "Ada L." --role "release manager" --decision go --key ada.key.pem',
    'greenlight sign-off --verdict reports/tonight --name Bo --role DBA --decision no-go \\\n' +
      '      --comment "orders of 2019 are missing" --key bo.key.pem',
  ])
    .option('--verdict <directory>', 'the report directory', 'greenlight-report')
    .requiredOption('--name <name>', 'who says it')
    .requiredOption('--role <role>', 'as what')
    .addOption(new Option('--decision <decision>', 'what').choices(['go', 'no-go']).makeOptionMandatory())
    .option('--comment <text>', 'and why', '')
    .requiredOption('--key <file>', "this person's private key")
    .action((options: SignOffOptions) => {
      const { decision, name, role, comment } = options;
      if (name.trim() === '' || role.trim() === '') {
        throw new GreenlightError('STATEMENT_REFUSED', '--name and --role must say something');
      }
      const key = readSigningKey(path.resolve(context.cwd, options.key));
      const files = reportFiles(path.resolve(context.cwd, options.verdict));
      const text = readText(files.verdict);
      const verdict = parseVerdict(text, files.verdict);
      if (decision === 'go') {
        if (verdict.decision !== 'GO') {
          throw new GreenlightError(
            'VERDICT_NOT_GO',
            `the verdict is ${verdict.decision}: ${verdict.reason}`,
          );
        }
        // Whoever says "go" has read the evidence; it must be the evidence that was judged.
        if (sha256Of(readText(files.evidence)) !== verdict.evidenceDigest) {
          throw new GreenlightError('EVIDENCE_CHANGED', `${files.evidence} is not what was judged`);
        }
      }
      const statement = signOffStatement(
        { decision, name, role, comment, signedAt: new Date().toISOString() },
        verdict,
        sha256Of(text),
      );
      // One file for each role and key: whoever changes their mind replaces their own word.
      const file = path.join(files.signOffs, fileNameOf(role, key.id));
      writeEnvelope(file, statement, [key]);
      context.screen.out(`${name} (${role}) says ${decision} on run ${verdict.run.id}: ${file}`);
      context.finish(EXIT.GO);
    });
}

function fileNameOf(role: string, keyId: string): string {
  const slug = plain(role)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  // Roles in other alphabets have no slug, and must not share a file.
  const own = sha256Of(`${plain(role)}\n${keyId}`).slice('sha256:'.length, 'sha256:'.length + 12);
  return `${slug === '' ? 'role' : slug}-${own}.dsse.json`;
}
