import type { Json } from '../json.ts';
/**
 * One schema. A number refers to a definition by index (of a property, as allOf with one reference; -1 - index where it is
 * a bare reference); a string is a bare type ("string", "integer:int32"); anything else is spelled out.
 */
export type PackedNode = number | string | PackedObject;
/** A schema with more to say than its type. */
export interface PackedObject {
  /** type or type:format (":format" where there is no type). */
  readonly t?: string;
  /** allOf of one reference. */
  readonly r?: number;
  readonly p?: Readonly<Record<string, PackedNode>>;
  readonly i?: PackedNode;
  /** additionalProperties. */
  readonly a?: PackedNode;
  /** required. */
  readonly q?: readonly string[];
  /** default. */
  readonly d?: Json;
  readonly e?: readonly Json[];
  /** oneOf of bare types. */
  readonly o?: readonly string[];
  /** x-kubernetes-list-type. */
  readonly l?: 'atomic' | 'set' | 'map';
  /** x-kubernetes-list-map-keys. */
  readonly k?: readonly string[];
  /** x-kubernetes-map-type. */
  readonly m?: 'atomic' | 'granular';
  /** x-kubernetes-patch-strategy. */
  readonly s?: string;
  /** x-kubernetes-patch-merge-key. */
  readonly g?: string;
  /** x-kubernetes-unions, as written. */
  readonly u?: Json;
  /** x-kubernetes-group-version-kind, as [index of group/version, kind] pairs; of definitions only. */
  readonly v?: readonly (readonly [number, string])[];
}
/** [kind, plural, singular, namespaced, verbs, shortNames, categories, subresources]; verbs index `verbs`. */
export type PackedType = readonly [
  kind: string,
  plural: string,
  singular: string,
  namespaced: 0 | 1,
  verbs: number,
  shortNames: readonly string[],
  categories: readonly string[],
  subresources: readonly PackedSubresource[],
];
/** [name, index of the kind's group/version, kind, verbs]. */
export type PackedSubresource = readonly [name: string, groupVersion: number, kind: string, verbs: number];
/** The whole table. */
export interface PackedTable {
  /** Kubernetes version the facts were read from. */
  readonly version: string;
  /** "apps/v1", "v1" … */
  readonly groupVersions: readonly string[];
  readonly verbs: readonly (readonly string[])[];
  /** Types by index of group/version, in discovery order (preferred version of a group first). */
  readonly types: readonly (readonly [groupVersion: number, types: readonly PackedType[]])[];
  readonly names: readonly string[];
  readonly definitions: readonly PackedNode[];
}
