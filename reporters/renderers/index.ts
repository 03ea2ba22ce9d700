import { GreenlightError } from '../../contract/errors.ts';
import type { Verdict } from '../../contract/verdict/verdict.ts';
import { renderHtml } from './html.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderTerminal } from './terminal.ts';

/** What a renderer may be told; each takes what concerns it. */
export interface RenderOptions {
  /** Terminal only: whether to use colours. Default no. */
  readonly colour?: boolean;
  /** Terminal only: the directory of the report, as seen from where commands are typed. */
  readonly report?: string;
}

/** A pure function from a verdict to the text of a report. */
export type Renderer = (verdict: Verdict, options?: RenderOptions) => string;

/** Every format, by the name under which users ask for it. */
export const renderers = {
  terminal: renderTerminal,
  html: renderHtml,
  junit: renderJunit,
  json: renderJson,
} as const satisfies Record<string, Renderer>;

export type Format = keyof typeof renderers;

/**
 * The renderer of a format that a user named.
 * @throws GreenlightError NAME_UNKNOWN that lists the known formats
 */
export function rendererOf(format: string): Renderer {
  if (Object.hasOwn(renderers, format)) return renderers[format as Format];
  throw new GreenlightError('NAME_UNKNOWN', `there is no report format "${format}"`, {
    hint: `Use one of: ${Object.keys(renderers).join(', ')}.`,
  });
}
