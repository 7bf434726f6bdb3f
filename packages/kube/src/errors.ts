// What can go wrong between us and an API server, in two kinds: it answered with a refusal, or it did not answer.

import type { Json } from '@evenkeel/resource';

/** metav1.Status as servers send it. */
export interface KubeStatus {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: Json;
}

/** The API server refused. `status.reason` is the machine-readable cause ("NotFound", "Conflict", "Invalid", …). */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: KubeStatus;
  constructor(status: KubeStatus) {
    super(status.message);
    this.status = status;
  }
  get code(): number {
    return this.status.code;
  }
  get reason(): string {
    return this.status.reason;
  }
}

/** Why there was no answer. `credentials`: the request was not even sent because no credential could be obtained. */
export type UnreachableReason = 'refused' | 'unresolved' | 'timeout' | 'tls' | 'lost' | 'credentials' | 'other';

/** No answer: connection refused, TLS failure, time-out, server gone in mid-answer. */
export class KubeUnreachable extends Error {
  override readonly name = 'KubeUnreachable';
  readonly reason: UnreachableReason;
  constructor(message: string, options: { readonly reason?: UnreachableReason; readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.reason = options.reason ?? 'other';
  }
}

/** True for a KubeError with that HTTP status. */
export function isKubeError(error: unknown, code: number): error is KubeError {
  return error instanceof KubeError && error.code === code;
}
