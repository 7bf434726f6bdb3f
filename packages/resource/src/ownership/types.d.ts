import type { JsonObject, Json } from '../json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
/** One field that another manager owns and the applied configuration would change. */
export interface ApplyConflict {
  readonly manager: string;
  readonly subresource: string | undefined;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string | undefined;
  /** The field as Kubernetes prints it: `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string;
  /** The words of the Status cause: `conflict with "kubectl" using apps/v1 at 2024-01-01T00:00:00Z`. */
  readonly message: string;
}
/** Why an apply did not happen. `message` is worded as kube-apiserver words it. */
export type ApplyError =
  | {
      readonly code: 'CONFLICT';
      readonly message: string;
      readonly conflicts: readonly ApplyConflict[];
    }
  | {
      readonly code: 'BAD_REQUEST' | 'INVALID';
      readonly message: string;
    };
/** What an apply leads to. `object` carries `managedFields` in its metadata already. */
export interface Applied {
  readonly object: KubeObject;
  readonly managedFields: readonly ManagedFieldsEntry[];
  /** False where neither a field nor an owner differs: nothing needs to be stored. */
  readonly changed: boolean;
}
/** Reads an object at another version, for managers that wrote at one. `undefined`: that version is not served any more. */
export type VersionConverter = (
  object: JsonObject,
  apiVersion: string,
) =>
  | {
      readonly object: JsonObject;
      readonly schema: FieldSchema | undefined;
    }
  | undefined;
/** A request to apply a configuration. */
export interface ApplyRequest {
  /** The stored object, or undefined where the apply creates it. */
  readonly live: KubeObject | undefined;
  readonly config: KubeObject;
  readonly manager: string;
  readonly subresource?: string;
  readonly force?: boolean;
  /** Undefined: the type is unknown; maps are granular and lists atomic, as deduced upstream. */
  readonly schema: FieldSchema | undefined;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** Fields the server resets on this endpoint (status on the main resource, all but status on /status): never owned through it. */
  readonly resetFields?: JsonObject;
  /** Fills in the server's defaults after the merge, as the storage layer does. */
  readonly defaulter?: (object: KubeObject) => KubeObject;
  readonly convert?: VersionConverter;
}
/** A create, update or patch that is not an apply. */
export interface UpdateRequest {
  /** The stored object; undefined for a create. */
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
  readonly manager: string;
  readonly subresource?: string;
  readonly schema: FieldSchema | undefined;
  readonly time: string;
  readonly resetFields?: JsonObject;
  readonly convert?: VersionConverter;
}
/** One way to a field: names, list keys, set values or indexes, in fieldsV1 notation ("f:spec", `k:{"name":"web"}`, "v:1", "i:0"). */
export type FieldPath = readonly string[];
/** A field an apply would change. */
export interface FieldChange {
  readonly path: FieldPath;
  /** As Kubernetes prints it: `.spec.replicas`. */
  readonly field: string;
  /** Undefined where the apply would remove the field. */
  readonly desired: Json | undefined;
  /** Undefined where the field is not there. */
  readonly live: Json | undefined;
  readonly owners: readonly FieldOwner[];
}
/** Who owns a field. */
export interface FieldOwner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string | undefined;
  readonly time: string | undefined;
}
