// What history remembers, as plain data. Applications are opaque keys; values of fields are never part of a record, since
// they may be secret.

/** How an application stood, worst of what was known. The waterline is made of these. */
export type WaterlineState = (typeof waterlineStates)[number];

export const waterlineStates = [
  'level',
  'drifted',
  'progressing',
  'degraded',
  'missing',
  'suspended',
  'unknown',
] as const;

export interface Person {
  readonly name: string;
  readonly email?: string;
}

/** Who set something in motion. */
export interface Initiator {
  readonly kind: 'automatic' | 'user' | 'token';
  readonly name?: string;
}

export interface ChangedObject {
  /** `group/Kind namespace/name`, or however the application writes a reference. */
  readonly object: string;
  readonly change: 'created' | 'updated' | 'deleted' | 'failed';
}

/** A field that left the desired state, and the field manager that moved it. No values. */
export interface DriftedField {
  readonly object: string;
  readonly path: string;
  readonly manager?: string;
  /** When that manager last wrote, as Kubernetes writes times. */
  readonly time?: string;
}

export type SyncPhase = 'succeeded' | 'failed' | 'error' | 'terminated';

/** One thing that happened. `at` is set by the store's clock when absent. */
export type HistoryRecord = { readonly at?: number } & (
  | {
      readonly kind: 'commit';
      readonly app?: string;
      readonly repository: string;
      readonly revision: string;
      readonly author: Person;
      readonly message: string;
      /** When it was committed, in milliseconds; `at` is when it was seen. */
      readonly committedAt?: number;
    }
  | {
      readonly kind: 'sync-started';
      readonly app: string;
      readonly operation: string;
      readonly revision: string;
      readonly initiator: Initiator;
      readonly author?: Person;
      readonly message?: string;
    }
  | {
      readonly kind: 'sync-finished';
      readonly app: string;
      readonly operation: string;
      readonly revision: string;
      readonly phase: SyncPhase;
      readonly initiator?: Initiator;
      readonly author?: Person;
      readonly message?: string;
      readonly changes: readonly ChangedObject[];
      /** How many further changes were not written down. */
      readonly moreChanges?: number;
    }
  | { readonly kind: 'drift-started'; readonly app: string; readonly fields: readonly DriftedField[] }
  | { readonly kind: 'drift-ended'; readonly app: string; readonly how: 'healed' | 'synced' | 'reverted' | 'accepted' }
  | {
      readonly kind: 'health';
      readonly app: string;
      readonly from?: string;
      readonly to: string;
      readonly message?: string;
    }
  | {
      readonly kind: 'action';
      readonly app?: string;
      readonly who: Person;
      readonly what: string;
      readonly detail?: string;
    }
);

export type HistoryKind = HistoryRecord['kind'];

/** A record as it was kept. `id` grows with every record. */
export type HistoryEntry = HistoryRecord & { readonly id: number; readonly at: number };

const CHANGES_MAX = 200;
const TEXT_MAX = 8 * 1024;

/** Bounds a record, so that one sync of a huge application cannot fill the store. */
export function boundRecord(record: HistoryRecord): HistoryRecord {
  if (record.kind === 'drift-started') return { ...record, fields: record.fields.slice(0, CHANGES_MAX) };
  if (record.kind === 'commit') return { ...record, message: record.message.slice(0, TEXT_MAX) };
  if (record.kind === 'sync-started' || record.kind === 'health') return { ...record, ...boundMessage(record) };
  if (record.kind !== 'sync-finished') return record;
  const { changes } = record;
  const bounded = { ...record, ...boundMessage(record) };
  if (changes.length <= CHANGES_MAX) return bounded;
  const more = (record.moreChanges ?? 0) + changes.length - CHANGES_MAX;
  return { ...bounded, changes: changes.slice(0, CHANGES_MAX), moreChanges: more };
}

function boundMessage(record: { readonly message?: string }): { readonly message?: string } {
  return record.message === undefined ? {} : { message: record.message.slice(0, TEXT_MAX) };
}
