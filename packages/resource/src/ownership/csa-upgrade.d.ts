import { type Result } from '@evenkeel/std';
import type { ManagedFieldsEntry } from '../object.ts';
import { type FieldSet } from './field-set.ts';
/** What to hand over: Update entries of these managers, on one subresource ('' is the object itself), to an applier. */
export interface UpgradeOptions {
  readonly csaManagers: readonly string[];
  readonly ssaManager: string;
  readonly subresource?: string;
}
/**
 * managedFields with the updaters' entries merged into the applier's Apply entry, made from the first of theirs where
 * there is none. Entries of other versions of the same updater are dropped, as upstream. The error is the reason why an
 * entry cannot be read.
 */
export declare function upgradeManagedFields(
  entries: readonly ManagedFieldsEntry[],
  options: UpgradeOptions,
): Result<readonly ManagedFieldsEntry[], string>;
/** Entries of an operation that own all of the given fields. Entries that cannot be read own nothing. */
export declare function findFieldsOwners(
  entries: readonly ManagedFieldsEntry[],
  operation: 'Apply' | 'Update',
  fields: FieldSet,
): readonly ManagedFieldsEntry[];
