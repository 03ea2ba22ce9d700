/** Values of a query string or a form; `undefined` leaves the field out. */
export type Fields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** A request as a flow describes it. At most one of `json`, `form` and `text` may be given. */
export interface RequestSpec {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Absolute path on the chosen endpoint, starting with `/`. */
  readonly path: string;
  /** Key of `target.urls`; default `app`. */
  readonly endpoint?: string;
  readonly query?: Fields;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Fields;
  readonly text?: string;
}
