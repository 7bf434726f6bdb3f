import { type Result } from '@evenkeel/std';
import type { JsonObject } from '../json.ts';
import { type KubeObject, type ManagedFieldsEntry } from '../object.ts';
import { type FieldSet } from './field-set.ts';
import type { Applied, ApplyError, ApplyRequest } from './types.ts';
/**
 * Applies a configuration to an object. The result's object carries the new managedFields; where nothing changed but the
 * time, the old times stay, so that nothing needs storing (`changed` is false). Errors: CONFLICT with the fields and
 * owners in kube-apiserver's words; BAD_REQUEST and INVALID where the configuration is not one for this object.
 */
export declare function serverSideApply(request: ApplyRequest): Result<Applied, ApplyError>;
/** Reads a set of reset fields; undefined where there are none. */
export declare function resetSet(fields: JsonObject | undefined): FieldSet | undefined;
/** The object without metadata.managedFields; itself where there are none. */
export declare function withoutManagedFields(object: KubeObject): KubeObject;
/** A KubeObject is JSON; only its type does not say so. */
export declare function asJson(object: KubeObject): JsonObject;
/** Puts managedFields on an object; where only times differ from the object before, keeps the old ones. */
export declare function settled(
  before: KubeObject | undefined,
  object: KubeObject,
  managedFields: readonly ManagedFieldsEntry[],
): Applied;
