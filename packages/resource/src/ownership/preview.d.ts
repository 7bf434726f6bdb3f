import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import type { FieldChange, VersionConverter } from './types.ts';
/** What would be applied, and to what. */
export interface PreviewRequest {
  readonly live: KubeObject | undefined;
  readonly config: KubeObject;
  readonly manager: string;
  readonly subresource?: string;
  readonly schema: FieldSchema | undefined;
  readonly resetFields?: JsonObject;
  readonly convert?: VersionConverter;
}
/** The answer. */
export interface ApplyPreview {
  /** Some field would get another value, appear or go (conflicts forced). */
  readonly changed: boolean;
  /** The manager would own more or less than it does, even where no value changes. */
  readonly ownershipChanged: boolean;
  readonly fields: readonly FieldChange[];
  /** Why the configuration cannot be applied at all, in kube-apiserver's words; `changed` is true then. */
  readonly problem?: string;
}
/**
 * Compares a configuration with the live object through field ownership. Values the server writes otherwise but means the
 * same (quantities; empty values it drops, where the manager is recorded as owning them) are no change. A manager that
 * owns a field nobody changed since is taken at its word, as field ownership allows.
 */
export declare function wouldApplyChange(request: PreviewRequest): ApplyPreview;
