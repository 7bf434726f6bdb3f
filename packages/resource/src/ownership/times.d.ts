import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
/** The entries to store, and whether the object or its owners differ from before at all. */
export interface KeptTimes {
  readonly managedFields: readonly ManagedFieldsEntry[];
  readonly changed: boolean;
}
/** Compares an object about to be stored with the stored one, managedFields aside, and settles the times. */
export declare function keepTimes(
  before: KubeObject | undefined,
  after: KubeObject,
  managedFields: readonly ManagedFieldsEntry[],
): KeptTimes;
