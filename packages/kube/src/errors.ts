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

/** No answer: connection refused, TLS failure, time-out, server gone in mid-answer. */
export class KubeUnreachable extends Error {
  override readonly name = 'KubeUnreachable';
}

/** True for a KubeError with that HTTP status. */
export function isKubeError(error: unknown, code: number): error is KubeError {
  return error instanceof KubeError && error.code === code;
}
