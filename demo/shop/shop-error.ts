/** A refusal that the customer may see: HTTP status, stable code, one sentence. */
export class ShopError extends Error {
  override readonly name = 'ShopError';
  readonly status: number;
  readonly code: string;
  /** The bank's own word for a declined card. */
  readonly declineCode: string | undefined;
  constructor(
    status: number,
    code: string,
    message: string,
    options: ErrorOptions & { readonly declineCode?: string | undefined } = {},
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.declineCode = options.declineCode;
  }
}

/** Somebody has registered with this address before. */
export function emailTaken(cause: unknown): ShopError {
  return new ShopError(409, 'email_taken', 'There is already an account with this address.', { cause });
}
