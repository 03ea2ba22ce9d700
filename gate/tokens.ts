import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { GreenlightError } from '../contract/errors.ts';

/** Shorter ones can be guessed. */
const LEAST_LENGTH = 20;

/** Who holds a token, and what it is good for. Every token may ask. */
export interface TokenOwner {
  /** Stands in the audit log instead of the token. */
  readonly name: string;
  readonly mayStartRuns: boolean;
}

export interface Token extends TokenOwner {
  readonly digest: Buffer;
}

/** Written after a name: its token may also start runs. */
const START = '+start';

/** Who may ask. */
export interface TokenKeeper {
  /** The token's owner; undefined when nobody has it. Takes the same time for every wrong one. */
  ownerOf(token: string): TokenOwner | undefined;
}

/**
 * Reads `name:token` and `name+start:token` lines; empty lines and lines that start with # are left out.
 * @throws GreenlightError TOKENS_INVALID that names the line, never the token
 */
export function parseTokens(text: string, from: string): readonly Token[] {
  const names = new Set<string>();
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, name, right, token] = /^([A-Za-z0-9._-]{1,64})(\+[^:]*)?:(\S+)$/.exec(line) ?? [];
    const refuse = (problem: string): GreenlightError =>
      new GreenlightError('TOKENS_INVALID', `${from}, line ${index + 1}: ${problem}`);
    if (name === undefined || token === undefined) throw refuse('this is not name:token');
    if (right !== undefined && right !== START)
      throw refuse(`the only right that ${name} can be given is ${START}`);
    if (token.length < LEAST_LENGTH)
      throw refuse(`the token of ${name} has fewer than ${LEAST_LENGTH} characters`);
    if (names.has(name)) throw refuse(`${name} stands there twice`);
    names.add(name);
    return [{ name, mayStartRuns: right === START, digest: digestOf(token) }];
  });
}

/** A fixed set, from the environment. */
export function fixedTokens(tokens: readonly Token[]): TokenKeeper {
  return { ownerOf: (token) => findOwner(tokens, token) };
}

/**
 * The tokens of a file, read again whenever it was replaced, so that they can be rotated without a restart. While
 * the file is missing or wrong, nobody is let in.
 * @param onProblem is told once per version of the file
 * @throws GreenlightError FILE_UNREADABLE or TOKENS_INVALID when the file cannot be used at the start
 */
export function tokensOfFile(file: string, onProblem: (problem: string) => void): TokenKeeper {
  let tokens = readTokens(file);
  let stamp = stampOf(file);
  return {
    ownerOf(token) {
      const now = stampOf(file);
      if (now !== stamp) {
        stamp = now;
        try {
          tokens = readTokens(file);
        } catch (error) {
          tokens = [];
          onProblem(error instanceof Error ? error.message : String(error));
        }
      }
      return findOwner(tokens, token);
    },
  };
}

function readTokens(file: string): readonly Token[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GreenlightError('FILE_UNREADABLE', 'the file of tokens cannot be read', { cause });
  }
  const tokens = parseTokens(text, 'the file of tokens');
  if (tokens.length === 0) throw new GreenlightError('TOKENS_INVALID', 'the file of tokens holds none');
  return tokens;
}

function stampOf(file: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file);
    return [ino, size, mtimeMs, ctimeMs].join(':');
  } catch {
    // A missing file is a version of its own: reading it tells what is wrong.
    return 'missing';
  }
}

/** Compares with every token, and digests rather than texts: neither order nor length shows in the time it takes. */
function findOwner(tokens: readonly Token[], token: string): TokenOwner | undefined {
  const digest = digestOf(token);
  let owner: TokenOwner | undefined;
  for (const one of tokens) if (timingSafeEqual(one.digest, digest)) owner = one;
  return owner;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
