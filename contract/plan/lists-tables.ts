/** What a plan says about the two databases. */
export interface Sides {
  readonly target: {
    readonly records?: { readonly adapter: string } | undefined;
    readonly old?: { readonly records?: { readonly adapter: string } | undefined } | undefined;
  };
  readonly data: { readonly oldMysql?: unknown };
}

/** Whether both sides can say which tables they have. */
export function listsTables({ target, data }: Sides): boolean {
  const old = data.oldMysql === undefined ? target.old?.records?.adapter : 'postgres';
  return old === 'postgres' && target.records?.adapter === 'postgres';
}
