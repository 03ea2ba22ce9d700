import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GreenlightError } from '../../../contract/errors.ts';
import type { Asker } from '../look/asker.ts';
import type { IsNothing } from '../look/pages.ts';
import { type OpenapiDocument, openapiOf, readOpenapi } from './document.ts';

/** A document and where it was. */
export interface FoundDocument {
  readonly document: OpenapiDocument;
  readonly from: string;
}

/** Where frameworks put it. */
const PATHS = [
  '/openapi.json',
  '/swagger.json',
  '/v3/api-docs',
  '/api-docs',
  '/api/openapi.json',
  '/swagger/v1/swagger.json',
  '/api-json',
  '/openapi.yaml',
] as const;

/** Asks the usual addresses for a document. */
export async function findOpenapi(
  asker: Asker,
  base: string,
  isNothing: IsNothing,
): Promise<FoundDocument | undefined> {
  for (const at of PATHS) {
    const asked = await asker.get(`${base}${at}`);
    if ('none' in asked || asked.answer.status !== 200 || isNothing(asked.answer)) continue;
    const { body, text = '' } = asked.answer;
    // A page that shows the document is none.
    if (typeof body === 'string' && /^\s*</.test(text)) continue;
    const read = typeof body === 'string' ? await readOpenapi(text) : openapiOf(body);
    if (!('problem' in read)) return { document: read, from: at };
  }
  return undefined;
}

/**
 * Reads the document that the command line names.
 * @param place a file, or an http address
 * @returns why it could not be read, in words
 */
export async function openOpenapi(
  place: string,
  asker: Asker,
  cwd: string,
): Promise<FoundDocument | { readonly problem: string }> {
  let text: string;
  if (/^https?:\/\//i.test(place)) {
    const asked = await asker.get(place);
    if ('none' in asked) return { problem: asked.none };
    if (asked.answer.status !== 200) return { problem: `it answered ${asked.answer.status}` };
    text = asked.answer.text ?? '';
  } else {
    text = await readFile(path.resolve(cwd, place), 'utf8').catch((cause: unknown) => {
      throw new GreenlightError('FILE_UNREADABLE', `--openapi: ${place} cannot be read`, { cause });
    });
  }
  const read = await readOpenapi(text);
  return 'problem' in read ? read : { document: read, from: shownPlace(place) };
}

/** Without the query, which may hold a key: this is written into the plan. */
function shownPlace(place: string): string {
  if (!/^https?:/i.test(place) || !URL.canParse(place)) return place;
  const { origin, pathname } = new URL(place);
  return `${origin}${pathname}`;
}
