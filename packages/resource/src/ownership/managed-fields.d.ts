import { type Result } from '@evenkeel/std';
import type { JsonObject } from '../json.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import { type FieldSet } from './field-set.ts';
/** What one manager owns, at the version it wrote. */
export interface ManagerFields {
  readonly set: FieldSet;
  readonly apiVersion: string;
  readonly applied: boolean;
  readonly time: string | undefined;
}
/** Who a manager is: an applier is one whatever version it applies, an updater is one per version. */
export interface ManagerName {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** '' for appliers. */
  readonly apiVersion: string;
  readonly subresource: string;
}
/** Managers by identifier (see managerId). Treated as a value: copy before writing. */
export type Managers = ReadonlyMap<string, ManagerFields>;
/** The identifier of a manager, unique per manager, operation, subresource and, for updates, version. */
export declare function managerId(name: ManagerName): string;
/** The manager an identifier names. */
export declare function managerOfId(id: string): ManagerName;
/** Reads managedFields; the error is upstream's sentence on what is wrong with them. */
export declare function decodeManagedFields(
  entries: readonly ManagedFieldsEntry[] | undefined,
): Result<Managers, string>;
/** Reads one fieldsV1; the same object is read once. */
export declare function decodeSet(fields: JsonObject | undefined): Result<FieldSet, string>;
/** Writes managedFields in Kubernetes' order: by operation, time, manager, version, subresource. */
export declare function encodeManagedFields(managers: Managers): readonly ManagedFieldsEntry[];
/** The managers with what nobody ever owns (apiVersion, kind, most of metadata) taken from one of them. */
export declare function stripNeverOwned(managers: Managers, id: string): Managers;
/** Merges the oldest updaters of a version into one "ancient-changes" entry until no more than ten are left. */
export declare function capUpdateManagers(managers: Managers): Managers;
