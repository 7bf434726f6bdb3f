// What the API server knows of one resource type it serves, built in or from a CustomResourceDefinition.

import type { CustomType } from '../crd/custom-type.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A subresource. Group and version are '' where its kind is of the parent's group and version. */
export interface ServedSubresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: ReadonlySet<Verb>;
}

/** One type at one version. */
export interface ServedType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly verbs: ReadonlySet<Verb>;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: ReadonlyMap<string, ServedSubresource>;
  /** The store's collection, shared by all versions: "deployments.apps". */
  readonly collection: string;
  /** The same type at all versions served; undefined where there is one only. */
  readonly siblings?: () => readonly ServedType[];
  /** What its CustomResourceDefinition says; undefined for built-in types. */
  readonly custom: CustomType | undefined;
}

/** "apps/v1", or "v1". */
export function apiVersionOf(type: { readonly group: string; readonly version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** "deployments.apps", or "pods": how messages name a type. */
export function qualifiedResource(type: { readonly group: string; readonly plural: string }): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

/** "Deployment.apps", or "Pod": how validation messages name a type. */
export function qualifiedKind(type: { readonly group: string; readonly kind: string }): string {
  return type.group === '' ? type.kind : `${type.kind}.${type.group}`;
}
