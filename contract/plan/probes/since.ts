import { z } from 'zod';

/** With its zone: without one it would be another moment on another machine. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)$/;

/** A moment as text. */
const Moment = z.string().refine((text) => MOMENT.test(text) && !Number.isNaN(Date.parse(text)), {
  message: 'must be a moment with its zone, such as 2026-11-20T02:00:00Z',
});

/** A moment that moves with the run. */
const Before = z.strictObject({
  /** So many minutes before the question. */
  minutes: z.number().positive(),
});

/** Since when something is asked. */
export const Since = z.union([Moment, Before]);
export type Since = z.infer<typeof Since>;

/**
 * How a moment may be written into a question: ISO 8601; a number since 1970 in seconds, milli- or nanoseconds; or how
 * long ago it is, in whole seconds, as `[{since:age}]` of Loki and Prometheus takes it: `1800s`.
 */
export const SINCE_FORMS: readonly string[] = ['', 's', 'ms', 'ns', 'age'];

const PLACEHOLDER = /\{since(?::([^}]*))?\}/g;

/** The placeholders of a text, with the form that each asks for; empty for ISO 8601. */
export function placeholdersIn(text: string): readonly { readonly text: string; readonly form: string }[] {
  return [...text.matchAll(PLACEHOLDER)].map(([all, form = '']) => ({ text: all, form }));
}

/** The text with the moment in it. @param moment in milliseconds since 1970, as `now` */
export function withSince(text: string, moment: number, now: number): string {
  return text.replace(PLACEHOLDER, (all: string, form?: string) => {
    switch (form) {
      case undefined:
      case '':
        return new Date(moment).toISOString();
      case 's':
        return String(Math.floor(moment / 1000));
      case 'ms':
        return String(moment);
      case 'ns':
        // As text: it is beyond what a number holds exactly.
        return `${moment}000000`;
      case 'age':
        return `${Math.max(1, Math.ceil((now - moment) / 1000))}s`;
      default:
        return all;
    }
  });
}

/** A value of JSON with the moment in all of its texts. */
export function jsonWithSince(value: unknown, moment: number, now: number): unknown {
  return mapTexts(value, (text) => withSince(text, moment, now));
}

/** All texts in a value of JSON, with the way to each: `query.bool.filter.0`. */
export function textsIn(value: unknown): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  mapTexts(value, (text, way) => {
    found.push([way, text]);
    return text;
  });
  return found;
}

function mapTexts(value: unknown, change: (text: string, way: string) => string, way = ''): unknown {
  if (typeof value === 'string') return change(value, way);
  if (typeof value !== 'object' || value === null) return value;
  const inner = (key: string | number): string => (way === '' ? String(key) : `${way}.${key}`);
  if (Array.isArray(value)) return value.map((one: unknown, at) => mapTexts(one, change, inner(at)));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, mapTexts(one, change, inner(key))]),
  );
}
