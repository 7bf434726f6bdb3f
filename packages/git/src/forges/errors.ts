// Why a forge did not answer as wished. Messages carry no credentials.

export type ForgeErrorCode =
  /** No connection, no answer in time, a certificate nobody trusts. */
  | 'unreachable'
  /** 401 or 403. */
  | 'denied'
  /** 404. */
  | 'not-found'
  /** Too many requests; `retryAfterMs` says how long to wait. */
  | 'rate-limited'
  /** Another refusal. */
  | 'refused'
  /** An answer that is not what the forge documents. */
  | 'malformed'
  /** What was asked for does not exist here. */
  | 'invalid-argument';

export class ForgeError extends Error {
  override readonly name = 'ForgeError';
  readonly code: ForgeErrorCode;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The forge's own name of the error, where it has names (AWS). */
  readonly type: string | undefined;

  constructor(
    code: ForgeErrorCode,
    message: string,
    facts: {
      readonly status?: number;
      readonly retryAfterMs?: number;
      readonly type?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    this.type = facts.type;
  }
}

/** Undefined for what is not there. */
export async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return undefined;
    throw error;
  }
}
