// Differences between the statuses of Argo CD and of Evenkeel that are meant, each with its reason; everything else is a fault.

/** A difference as it was found. */
export interface Found {
  readonly moment: string;
  readonly application: string;
  readonly path: string;
  readonly argo: string;
  readonly evenkeel: string;
}

export interface Allowance {
  readonly reason: string;
  allows(found: Found): boolean;
}

export const allowances: readonly Allowance[] = [];
