import { markup } from '../renderers/html/markup.ts';
import type { DetailSection } from './detail-section.ts';

/** Several tables that one check compares: they stand among those of the section `table`. */
export const tables: DetailSection<'tables'> = {
  statements: () => [],
  html: () => markup``,
  terminal: () => [],
};
