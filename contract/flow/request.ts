/** Values of a query string or a form; `undefined` leaves the field out. */
export type Fields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** A request as a flow describes it. At most one of `json`, `form` and `text` may be given. */
export interface RequestSpec {
  /** In capitals. */
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Absolute path on the chosen endpoint, starting with `/`. */
  readonly path: string;
  /** Key of `target.urls`; default `app`. */
  readonly endpoint?: string;
  /** Added to the path, encoded; `undefined` leaves a field out. */
  readonly query?: Fields;
  /** Win over `target.headers`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Body as JSON; a `bigint` is written exactly. */
  readonly json?: unknown;
  /** Body as `application/x-www-form-urlencoded`. */
  readonly form?: Fields;
  /** Body as it is; give the content type in `headers`. */
  readonly text?: string;
}
