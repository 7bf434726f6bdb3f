import { type Result } from '@evenkeel/std';
import type { ManagedFieldsEntry } from '../object.ts';
import type { FieldPath } from './types.ts';
/** Where each version of the parent keeps its replicas; undefined where it has no scale subresource. */
export type ReplicasPaths = ReadonlyMap<string, FieldPath | undefined>;
/** managedFields of the scale object, from its parent's. */
export declare function scaleManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): Result<readonly ManagedFieldsEntry[], string>;
/** managedFields of the parent after a write through its scale object left `scale` there. */
export declare function parentManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  {
    paths,
    apiVersion,
  }: {
    readonly paths: ReplicasPaths;
    readonly apiVersion: string;
  },
): Result<readonly ManagedFieldsEntry[], string>;
