// Who a resource is: group, version, kind, name and namespace, and when two of them are the same
// (kyaml:resid/gvk.go, resid/resid.go, v0.21.1).

import { CLUSTER_SCOPED_KINDS } from './scopes.ts';

/** Group, version and kind; an empty part selects everything when used as a selector. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The identity of a resource. `clusterScoped` is only known for ids read from a live object, not for previous ones. */
export interface ResId extends Gvk {
  readonly name: string;
  readonly namespace: string;
  readonly clusterScoped: boolean;
}

export const NOT_A_NAMESPACE = '_non_namespaceable_';
export const DEFAULT_NAMESPACE = 'default';

/** Splits an apiVersion at its first slash. */
export function parseGroupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Joins group and version again. */
export function apiVersionOf(gvk: Gvk): string {
  return gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** True for kinds known to live outside namespaces. */
export function isClusterScopedKind(apiVersion: string, kind: string): boolean {
  return CLUSTER_SCOPED_KINDS.has(`${apiVersion}/${kind}`);
}

/** The namespace that counts when ids are compared. */
export function effectiveNamespace(id: ResId): string {
  if (id.clusterScoped) return NOT_A_NAMESPACE;
  return id.namespace === '' ? DEFAULT_NAMESPACE : id.namespace;
}

/** Same kind, name and effective namespace. */
export function idsEqual(left: ResId, right: ResId): boolean {
  return gvknEqual(left, right) && effectiveNamespace(left) === effectiveNamespace(right);
}

/** Same kind and name, whatever the namespace. */
export function gvknEqual(left: ResId, right: ResId): boolean {
  return left.name === right.name && gvkEqual(left, right);
}

/** All three parts are the same. */
export function gvkEqual(left: Gvk, right: Gvk): boolean {
  return left.kind === right.kind && left.group === right.group && left.version === right.version;
}

/** True where every non-empty part of the selector is met. */
export function isSelected(gvk: Gvk, selector: Gvk): boolean {
  return (
    (selector.kind === '' || gvk.kind === selector.kind) &&
    (selector.group === '' || gvk.group === selector.group) &&
    (selector.version === '' || gvk.version === selector.version)
  );
}

/** True where the id meets a selector's kind, name and namespace. */
export function isSelectedBy(id: ResId, selector: ResId): boolean {
  return (
    (selector.name === '' || selector.name === id.name) &&
    (selector.namespace === '' || effectiveNamespace(selector) === effectiveNamespace(id)) &&
    isSelected(id, selector)
  );
}

/** A key under which equal ids meet. */
export function idKey(id: ResId): string {
  return `${effectiveNamespace(id)}|${id.group}|${id.version}|${id.kind}|${id.name}`;
}

/** `Deployment.v1.apps`, with a mark for each missing part. */
export function gvkText(gvk: Gvk): string {
  return `${gvk.kind || '[noKind]'}.${gvk.version || '[noVer]'}.${gvk.group || '[noGrp]'}`;
}

/** `Deployment.v1.apps/name.namespace`, as kustomize prints ids. */
export function idText(id: ResId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}

/** The Go notation (%#v) of an id, which two of kustomize's messages use. */
export function idGoText(id: ResId): string {
  const gvk = `resid.Gvk{Group:${quoted(id.group)}, Version:${quoted(id.version)}, Kind:${quoted(id.kind)}, isClusterScoped:${String(id.clusterScoped)}}`;
  return `resid.ResId{Gvk:${gvk}, Name:${quoted(id.name)}, Namespace:${quoted(id.namespace)}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
