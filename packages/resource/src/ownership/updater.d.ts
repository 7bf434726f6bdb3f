import { type Result } from '@evenkeel/std';
import type { Json } from '../json.ts';
import type { TypeRef } from './atoms.ts';
import { type FieldSet } from './field-set.ts';
import type { Managers } from './managed-fields.ts';
/** A value with its type at one version. */
export interface TypedValue {
  readonly value: Json;
  readonly type: TypeRef;
  readonly apiVersion: string;
}
/** Reads a value at another version; undefined where that version is not served any more. */
export type Convert = (value: TypedValue, apiVersion: string) => TypedValue | undefined;
/** A field an apply would take from a manager that owns it. */
export interface OwnedPath {
  readonly managerId: string;
  readonly path: readonly string[];
}
export type UpdaterError =
  | {
      readonly code: 'CONFLICT';
      readonly conflicts: readonly OwnedPath[];
    }
  | {
      readonly code: 'INVALID';
      readonly message: string;
    };
/** What is common to an update and an apply by one manager. */
export interface Change {
  readonly live: TypedValue;
  readonly managers: Managers;
  readonly managerId: string;
  /** Fields this endpoint resets, which cannot be owned through it. */
  readonly reset: FieldSet | undefined;
  readonly convert: Convert;
}
/** Ownership after `next` replaces `live`: the manager owns what it added or changed, others lose that and what is gone. */
export declare function updateManagers(change: Change, next: TypedValue): Result<Managers, UpdaterError>;
/** An apply's outcome; `value` is undefined where the object stays as it is. */
export interface AppliedValue {
  readonly value: Json | undefined;
  readonly managers: Managers;
}
/** Merges the configuration, prunes what its applier dropped, and settles ownership. */
export declare function applyConfig(
  change: Change,
  config: TypedValue,
  force: boolean,
): Result<AppliedValue, UpdaterError>;
