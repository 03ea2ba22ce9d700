/** A tool as the server lists it. */
export interface McpTool {
  readonly name: string;
  /** Whether the server says that it only reads. */
  readonly readsOnly: boolean;
}

/** What a tool gave. */
export interface McpResult {
  /** It says itself that it is an error. */
  readonly isError: boolean;
  /** Its structured content; without one its text, parsed where it is JSON. Undefined: it gave nothing at all. */
  readonly body: unknown;
  /** Its text, without other kinds of content. */
  readonly text: string;
}

/**
 * A session with a server of the Model Context Protocol.
 * @throws TargetUnreachable where no answer came, McpFault where one came that is none of the protocol, or says no
 */
export interface McpSession {
  /** `shop-tools 1.2.0, protocol 2025-06-18` */
  readonly server: string;
  tools(): Promise<readonly McpTool[]>;
  call(tool: string, values: Readonly<Record<string, unknown>>): Promise<McpResult>;
  /** Ends the session there and here. */
  close(): Promise<void>;
}

/** What is wrong with an answer. `version`: our client does not speak the server's version of the protocol. */
export type McpFaultKind = 'status' | 'protocol' | 'version';

/** An answer came, and it is none of the protocol, or refuses. */
export class McpFault extends Error {
  override readonly name = 'McpFault';
  readonly kind: McpFaultKind;
  /** The status of HTTP, of the kind `status`. */
  readonly status: number | undefined;
  /** The code of an error of the protocol, whose text is that of the server. */
  readonly code: number | undefined;
  constructor(
    kind: McpFaultKind,
    message: string,
    options: ErrorOptions & { readonly status?: number; readonly code?: number } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.status = options.status;
    this.code = options.code;
  }
}
