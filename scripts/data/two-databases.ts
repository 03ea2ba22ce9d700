import { GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { postgresAddressProblem } from '../../safety/database-address.ts';
import { createRedactor } from '../../safety/redactor.ts';
import { isMysqlAddress } from '../../data-checks/mysql/diff-from-mysql.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * Refuses what is no address of a PostgreSQL database; where it may be, old can be MariaDB or MySQL. Not a parser of commander's: that one repeats the text, which may
 * hold a password.
 * @throws GreenlightError ADDRESS_INVALID
 */
export function mustBeAddresses(
  addresses: { readonly old: string; readonly new: string },
  { oldMayBeMysql = false } = {},
): void {
  for (const option of ['old', 'new'] as const) {
    const text = addresses[option];
    const problem = /^postgres(ql)?:/.test(text) ? postgresAddressProblem(text) : undefined;
    if (problem !== undefined) throw new GreenlightError('ADDRESS_INVALID', `--${option} ${problem}`);
    const protocol = protocolOf(text);
    if (/^postgres(ql)?:$/.test(protocol)) continue;
    const mysql = isMysqlAddress(text) && protocol !== '';
    if (mysql && option === 'old' && oldMayBeMysql) continue;
    if (mysql) {
      throw new GreenlightError(
        'ADDRESS_INVALID',
        `--${option} can not be MariaDB or MySQL here: only \`greenlight data diff\` reads them, as the old side, and of them only rows`,
      );
    }
    throw new GreenlightError('ADDRESS_INVALID', `--${option} is not the address of a PostgreSQL database`);
  }
}

/** Empty for what is no address. `postgres://user@/name?host=/directory` leads to a socket, and has no host. */
function protocolOf(text: string): string {
  const withHost = text.replace('@/', '@socket/');
  return URL.canParse(withHost) ? new URL(withHost).protocol : '';
}

/** From now on, nothing of what the two addresses hold in secret is shown. */
export function protectAddresses(
  { screen, env }: CommandContext,
  addresses: { readonly old: string; readonly new: string },
): void {
  screen.protect(createRedactor({ env, values: [addresses.old, addresses.new] }));
}

/**
 * The exit code of some work, or that of an interruption. What still runs on the servers only reads, and ends when the
 * process ends its connections.
 */
export async function untilInterrupted(signal: AbortSignal, work: () => Promise<number>): Promise<number> {
  if (signal.aborted) return EXIT.INTERRUPTED;
  return Promise.race([
    work(),
    new Promise<number>((resolve) =>
      signal.addEventListener('abort', () => resolve(EXIT.INTERRUPTED), { once: true }),
    ),
  ]);
}
