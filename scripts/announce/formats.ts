import { flat } from '../../reporters/renderers/flat.ts';
import { escapeHtml } from '../../reporters/renderers/html/markup.ts';
import { markdownText } from '../../reporters/renderers/markdown-text.ts';
import { slackText } from '../../reporters/renderers/messages/slack.ts';

/** What an announcement is written in. */
export const FORMATS = ['markdown', 'text', 'html', 'slack', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** How text of the target gets into a format: it stays text there. */
interface FormatRules {
  readonly text: (value: string) => string;
  /** Several texts below each other. */
  readonly list: (values: readonly string[]) => string;
}

/** Longer values belong into the report. */
const LONGEST = 1000;
/** Characters that turn the direction of what follows them. */
const TURNING = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;

function bulleted(text: (value: string) => string): (values: readonly string[]) => string {
  return (values) => values.map((value) => `- ${text(value)}`).join('\n');
}

function plainText(value: string): string {
  return flat(value.replace(TURNING, ''), LONGEST);
}

function markdown(value: string): string {
  return markdownText(plainText(value), LONGEST);
}

function slack(value: string): string {
  return slackText(plainText(value));
}

function html(value: string): string {
  return escapeHtml(plainText(value));
}

/** Between the quotes of a JSON string, which the template has. */
function json(value: string): string {
  return JSON.stringify(plainText(value)).slice(1, -1);
}

export const RULES: Readonly<Record<Format, FormatRules>> = {
  markdown: { text: markdown, list: bulleted(markdown) },
  text: { text: plainText, list: bulleted(plainText) },
  slack: { text: slack, list: (values) => values.map((value) => `• ${slack(value)}`).join('\n') },
  html: {
    text: html,
    list: (values) => `<ul>${values.map((value) => `<li>${html(value)}</li>`).join('')}</ul>`,
  },
  json: { text: json, list: (values) => values.map((value) => `- ${json(value)}`).join('\\n') },
};

const BY_ENDING: Readonly<Record<string, Format>> = {
  md: 'markdown',
  markdown: 'markdown',
  txt: 'text',
  html: 'html',
  htm: 'html',
  json: 'json',
};

/** The format that the name of a file tells; undefined for an ending that nobody knows. */
export function formatOf(file: string): Format | undefined {
  const ending = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}
