import { diffTables } from '../../data-checks/postgres/rows/diff-tables.ts';

/** The comparing process of the bench: says that it is ready, compares once, says what it found and how big it became. */
export interface ClientRequest {
  readonly old: string;
  readonly new: string;
  readonly table: string;
  readonly workers: number;
}

export interface ClientAnswer {
  /** `different -1 +0 ~1000` */
  readonly found: string;
  readonly reason: string;
  /** Largest resident memory, in bytes. */
  readonly memory: number;
}

async function compare({ old, new: next, table, workers }: ClientRequest): Promise<ClientAnswer> {
  const { tables } = await diffTables({ old, new: next, tables: [{ old: table, new: table }], workers });
  const [it] = tables;
  return {
    found: `${it?.answer} -${it?.missing} +${it?.extra} ~${it?.changed}`,
    reason: it?.reason ?? '',
    memory: process.resourceUsage().maxRSS * 1024,
  };
}

process.once('message', (request) => {
  compare(request as ClientRequest).then(
    (answer) => process.send?.(answer, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
