// What goes into a reconciliation, and what becomes of it.

import type { Delivery, DeliveryMemory, DeliveryReport, SyncRequest } from './model.ts';

/** What became of a reconciliation. */
export interface Reconciled {
  readonly report: DeliveryReport;
  /** Reconcile again after this long even if nothing changes. */
  readonly againAfterMs?: number | undefined;
  /** True where `request` was taken up or refused: it need not be handed in again. */
  readonly requestTaken: boolean;
}

export interface ReconcileInput {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly request?: SyncRequest | undefined;
  /** 'normal' asks the sources anew; 'hard' forgets what was rendered as well. */
  readonly refresh?: 'normal' | 'hard' | undefined;
  readonly signal: AbortSignal;
}
