import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { type CommandContext, commandOf } from '../command-context.ts';
import { newKeyPair } from '../../signing/key-file.ts';

/** `greenlight keygen` */
export function keygenCommand(context: CommandContext): Command {
  return commandOf('keygen', 'Make a pair of ed25519 keys: one signs, the other verifies.', [
    'greenlight keygen',
    'greenlight keygen --out keys/release-manager',
  ])
    .option('--out <name>', 'writes <name>.key.pem (keep it secret) and <name>.pub.pem', 'greenlight')
    .action((options: { readonly out: string }) => {
      const [privateFile, publicFile] = ['key', 'pub'].map((kind) =>
        path.resolve(context.cwd, `${options.out}.${kind}.pem`),
      ) as [string, string];
      const { id, privatePem, publicPem } = newKeyPair();
      writeNew(privateFile, privatePem, 0o600);
      try {
        writeNew(publicFile, publicPem, 0o644);
      } catch (error) {
        // Half a pair is of no use to anyone.
        rmSync(privateFile, { force: true });
        throw error;
      }
      context.screen.out(
        [
          `private  ${privateFile}  (signs; keep it out of the repository)`,
          `public   ${publicFile}  (verifies; give it to whoever deploys)`,
          `key id   ${id}`,
        ].join('\n'),
      );
      context.finish(EXIT.GO);
    });
}

/** Never overwrites: an old key may be the only one that can still prove something. */
function writeNew(file: string, content: string, mode: number): void {
  try {
    writeFileSync(file, content, { mode, flag: 'wx' });
  } catch (cause) {
    throw new GreenlightError('FILE_UNWRITABLE', `${file} cannot be written`, { cause });
  }
}
