import type { Json, JsonObject } from '../json.ts';
/** JSON types a schema can ask for. */
export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
/**
 * One field, list item or whole kind. References are already followed: a property whose schema is a reference shows the
 * target's facts, with what the property itself says (default, list type, patch strategy) laid over them.
 */
export interface FieldSchema {
  /** Definition name ("io.k8s.api.core.v1.PodSpec") where the facts come from a named definition. */
  readonly name: string | undefined;
  /** The definition this field refers to, without what the field lays over it. */
  readonly reference: FieldSchema | undefined;
  readonly type: SchemaType | undefined;
  readonly format: string | undefined;
  readonly enum: readonly Json[] | undefined;
  readonly required: readonly string[];
  readonly default: Json | undefined;
  readonly nullable: boolean;
  /** x-kubernetes-int-or-string, or the IntOrString definition. */
  readonly intOrString: boolean;
  readonly preserveUnknownFields: boolean;
  readonly embeddedResource: boolean;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  /** x-kubernetes-patch-strategy split at commas: "merge", "retainKeys", "replace". */
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey: string | undefined;
  readonly properties: ReadonlyMap<string, FieldSchema> | undefined;
  readonly items: FieldSchema | undefined;
  /** Schema of a map's values; `true` where any value is allowed without a schema. */
  readonly additionalProperties: FieldSchema | boolean | undefined;
  /** The JSON schema as written, for schemas read from CRDs (pattern, minimum, x-kubernetes-validations, …). */
  readonly source: JsonObject | undefined;
}
/** One resource type as discovery describes it. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceType[];
}
/** A subresource ("status", "scale", "eviction") and the kind it answers with. */
export interface SubresourceType {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}
