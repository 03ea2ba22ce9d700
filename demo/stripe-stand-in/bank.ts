import type { Books } from './books.ts';
import type { Announce } from './webhooks.ts';

/** What the operations on payments work with. */
export interface Bank {
  readonly books: Books;
  readonly announce: Announce;
}
