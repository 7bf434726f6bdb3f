// Why something could not be fetched or sent: a code for programs, a sentence for people.

/** The closed list of reasons. */
export type RemoteErrorCode =
  /** No connection: refused, no such host, timed out, a proxy that does not let through. */
  | 'unreachable'
  /** The other side's certificate is not trusted, or ours is not. */
  | 'tls'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  /** Any other answer than the one hoped for. */
  | 'status'
  /** The answer ended before it was complete. */
  | 'truncated'
  | 'too-large'
  /** What came is not what its name says. */
  | 'digest-mismatch'
  /** An answer that makes no sense. */
  | 'protocol'
  /** A scheme, a media type or an arrangement that is not supported. */
  | 'unsupported';

/** A failed exchange; the message is one sentence and names no secret. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: RemoteErrorCode;
  constructor(code: RemoteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code for an HTTP status that is no success. */
export function codeOfStatus(status: number): RemoteErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return status === 404 ? 'not-found' : 'status';
}

/** A URL for messages: without the password it may carry. */
export function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/@:]*):[^/@]*@/i, '$1$2:xxxxx@');
}
