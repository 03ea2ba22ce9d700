import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { GreenlightError } from '../contract/errors.ts';
import { hostOf, isLoopback } from '../contract/plan/loopback.ts';
import { postgresAddressProblem } from '../safety/database-address.ts';
import { fixedTokens, parseTokens, type TokenKeeper, tokensOfFile } from './tokens.ts';

/** Tokens in the environment, as `name:token`, several separated by spaces or commas. */
export const TOKENS_ENV = 'GREENLIGHT_GATE_TOKENS';
/** Address of the database, so that its password is not on a command line. */
export const STORE_ENV = 'GREENLIGHT_GATE_STORE';

/** Where to listen. @throws GreenlightError OPTION_INVALID */
export function parseListen(listen: string): { host: string; port: number; loopback: boolean } {
  const [, bracketed, plain, portText] =
    /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]/@?#\s]+)):(\d{1,5})$/.exec(listen) ?? [];
  const host = bracketed ?? plain;
  const port = Number(portText);
  const parsed = hostOf(`http://${listen}`);
  if (host === undefined || port > 65_535 || parsed === undefined) {
    throw new GreenlightError(
      'OPTION_INVALID',
      `--listen ${listen} is not host:port, such as 127.0.0.1:8484 or [::1]:8484`,
    );
  }
  return { host, port, loopback: isLoopback(parsed) };
}

/** Who may ask; undefined when no token was given at all. @throws GreenlightError OPTION_CONFLICT, TOKENS_INVALID, FILE_UNREADABLE */
export function findTokens(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
  onProblem: (problem: string) => void,
): TokenKeeper | undefined {
  const inEnvironment = env[TOKENS_ENV];
  if (file !== undefined && inEnvironment) {
    throw new GreenlightError('OPTION_CONFLICT', `give --tokens or ${TOKENS_ENV}, not both`);
  }
  if (file !== undefined) return tokensOfFile(file, onProblem);
  if (!inEnvironment) return undefined;
  const tokens = parseTokens(inEnvironment.split(/[\s,]+/).join('\n'), TOKENS_ENV);
  if (tokens.length === 0) throw new GreenlightError('TOKENS_INVALID', `${TOKENS_ENV} holds no token`);
  return fixedTokens(tokens);
}

/** Certificate and key as texts. @throws GreenlightError OPTION_MISSING, FILE_UNREADABLE, TLS_UNUSABLE */
export function readTls(
  { tlsCert, tlsKey }: { readonly tlsCert?: string; readonly tlsKey?: string },
  at: (file: string) => string,
): { cert: string; key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new GreenlightError('OPTION_MISSING', 'TLS needs both --tls-cert and --tls-key');
  }
  const read = (option: string, file: string): string => {
    try {
      return readFileSync(at(file), 'utf8');
    } catch (cause) {
      throw new GreenlightError('FILE_UNREADABLE', `${option} ${file} cannot be read`, { cause });
    }
  };
  const pair = { cert: read('--tls-cert', tlsCert), key: read('--tls-key', tlsKey) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw new GreenlightError(
      'TLS_UNUSABLE',
      `--tls-cert ${tlsCert} and --tls-key ${tlsKey} cannot be used`,
      { cause },
    );
  }
  return pair;
}

/** Where the report of a run is read. @throws GreenlightError ADDRESS_INVALID */
export function parseReportUrl(template: string | undefined): ((run: string) => string) | undefined {
  if (template === undefined) return undefined;
  if (!/^https?:\/\//.test(template) || !URL.canParse(template.replaceAll('{run}', 'x'))) {
    throw new GreenlightError('ADDRESS_INVALID', `--report-url ${template} is not an absolute http address`);
  }
  return (run) => template.replaceAll('{run}', encodeURIComponent(run));
}

/**
 * The address of the user's PostgreSQL; undefined when none was given.
 * @throws GreenlightError ADDRESS_INVALID when it is no such address
 */
export function parseStoreUrl(option: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const url = option ?? env[STORE_ENV];
  if (url === undefined || url === '') return undefined;
  const problem = postgresAddressProblem(url);
  if (problem !== undefined) {
    throw new GreenlightError('ADDRESS_INVALID', `the address of --store (or ${STORE_ENV}) ${problem}`);
  }
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new GreenlightError('ADDRESS_INVALID', `--store (or ${STORE_ENV}) is not an address of PostgreSQL`);
}
