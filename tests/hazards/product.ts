import { type HazardGroup, HOME, total } from './hazard.ts';

const broken = { exit: 10, decision: 'NO_GO', says: 'total-is-right' } as const;

/** Nothing goes wrong but the target, if that: without these, a tool that never decides would look best. */
export const product: HazardGroup = {
  title: 'What the target itself decides',
  lead: 'Without these rows, a tool that never decides anything would look best.',
  hazards: [
    {
      id: 'healthy',
      title: 'The target is healthy',
      fine: true,
      expected: {
        playwright: { exit: 0, ran: 2 },
        greenlight: { exit: 0, decision: 'GO', says: '3 of 3 blocking checks passed' },
      },
    },
    {
      id: 'wrong-answer',
      title: 'An `expect` does not hold',
      target: 'broken',
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: broken },
    },
    {
      id: 'soft-expect',
      title: 'A soft `expect` does not hold',
      target: 'broken',
      spec: `${HOME} ${total('expect.soft(await total(request)).toBe(10);')}`,
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: broken },
    },
    {
      id: 'polled-expect',
      title: '`expect.poll` never comes to hold',
      target: 'broken',
      spec: `${HOME} ${total('await expect.poll(() => total(request), { timeout: 500 }).toBe(10);')}`,
      expected: { playwright: { exit: 1, ran: 2 }, greenlight: broken },
    },
    {
      id: 'target-down',
      title: 'The target refuses connections',
      target: 'down',
      expected: {
        playwright: { exit: 1, ran: 0 },
        greenlight: { exit: 10, decision: 'NO_GO', says: 'target-answers' },
      },
    },
  ],
};
