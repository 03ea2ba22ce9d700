import type { Problem } from '../errors.ts';
import type { Loose } from './loose.ts';

/** What an observe step says that wants to see nothing. */
export interface Absent {
  /** Nothing may be there for so long, in milliseconds: what is late would come in this time. Default 2000. */
  readonly forMs?: number;
}

export const ABSENT_FOR_MS = 2000;

/** Keys of an observe step that say something about what was found, where nothing may be found. */
const ABOUT_WHAT_IS_THERE = ['response', 'expect', 'capture'] as const;

/** What is wrong with the `absent` of a step, as it stands in a plan of any shape. Pure. */
export function absentProblems(where: string, path: string, step: Loose): Problem[] {
  const { absent, port } = step;
  if (absent === undefined) return [];
  const problem = (value: string, text: string, remedy: string): Problem => ({
    path,
    value,
    problem: `${where}: ${text}`,
    remedy,
  });
  const forMs = typeof absent === 'object' && absent !== null ? (absent as Loose)['forMs'] : NaN;
  const other =
    typeof absent === 'object' && absent !== null ? Object.keys(absent).filter((key) => key !== 'forMs') : [];
  return [
    ...(forMs !== undefined && !(Number.isInteger(forMs) && (forMs as number) >= 0)
      ? [
          problem(
            JSON.stringify(absent) ?? typeof absent,
            'absent is not how long nothing may be there',
            'write absent: {}, or absent: { forMs: 5000 }',
          ),
        ]
      : []),
    ...other.map((key) => problem(key, 'absent has a key that nothing reads', 'use forMs')),
    // An empty mailbox or list of deliveries may as well be one that nothing reaches.
    ...(port === 'records'
      ? []
      : [
          problem(
            JSON.stringify(port) ?? 'nothing',
            'absent is for records alone: that nothing arrives may have any cause',
            "look for what shows it in the records: port: 'records'",
          ),
        ]),
    ...ABOUT_WHAT_IS_THERE.filter((key) => step[key] !== undefined).map((key) =>
      problem(key, `${key} is about what is there, and nothing may be there`, 'leave one of the two out'),
    ),
  ];
}
