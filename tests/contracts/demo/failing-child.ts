import { z } from 'zod';
import { serveParent } from '../../../demo/processes/serve-parent.ts';

/** A child that misbehaves as told. */
serveParent(
  z.strictObject({ how: z.enum(['throws', 'exits', 'hangs', 'wrong-answer', 'stubborn']) }),
  async ({ how }) => {
    console.log('a line in the log');
    if (how === 'throws') throw new Error('the cellar is flooded');
    if (how === 'exits') process.exit(3);
    if (how === 'hangs') await new Promise(() => undefined);
    return {
      ready: how === 'wrong-answer' ? { nothing: true } : { fine: true },
      close: () => (how === 'stubborn' ? new Promise<void>(() => undefined) : Promise.resolve()),
    };
  },
);
