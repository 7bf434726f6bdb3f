// What the verbs of `proj` change in a project: functions from one spec to the next, with what argocd says about it.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/project.go (3.6).

import type { ProjectSpec, RestrictedKind } from '@evenkeel/argo';
import { CommandFailure } from '../io.ts';

/** A change, and what is said; without `spec` nothing is written. */
export interface Edit {
  readonly spec?: ProjectSpec;
  readonly say?: string;
}

export type EditSpec = (spec: ProjectSpec) => Edit;

export function addSource(url: string): EditSpec {
  return (spec) => {
    const known = (spec.sourceRepos ?? []).find((item) => item === '*' || sameUrl(item, url));
    if (known !== undefined) return { say: `Source repository '${known}' already allowed in project` };
    return { spec: { ...spec, sourceRepos: [...(spec.sourceRepos ?? []), url] } };
  };
}

export function removeSource(url: string): EditSpec {
  return (spec) => {
    if (!(spec.sourceRepos ?? []).includes(url)) return { say: `Source repository '${url}' does not exist in project` };
    return { spec: { ...spec, sourceRepos: without(spec.sourceRepos, (item) => item === url) } };
  };
}

export function addSourceNamespace(namespace: string): EditSpec {
  return (spec) => {
    const all = spec.sourceNamespaces ?? [];
    if (all.includes('*') || all.includes(namespace)) return { say: "Source namespace '*' already allowed in project" };
    return { spec: { ...spec, sourceNamespaces: [...all, namespace] } };
  };
}

export function removeSourceNamespace(namespace: string): EditSpec {
  return (spec) => {
    if (namespace === '*' || !(spec.sourceNamespaces ?? []).includes(namespace)) {
      return { say: `Source namespace '${namespace}' does not exist in project or cannot be removed` };
    }
    return { spec: { ...spec, sourceNamespaces: without(spec.sourceNamespaces, (item) => item === namespace) } };
  };
}

export function addDestination(where: string, namespace: string, byName: boolean): EditSpec {
  const wanted = byName ? { name: where, namespace } : { server: where, namespace };
  return (spec) => {
    const all = spec.destinations ?? [];
    const known = all.some((item) => item.namespace === namespace && (byName ? item.name : item.server) === where);
    if (known) throw new CommandFailure('Specified destination is already defined in project', 1);
    return { spec: { ...spec, destinations: [...all, wanted] } };
  };
}

export function removeDestination(server: string, namespace: string): EditSpec {
  return (spec) => {
    const rest = without(spec.destinations, (item) => item.namespace === namespace && item.server === server);
    if (rest.length === (spec.destinations ?? []).length)
      throw new CommandFailure('Specified destination does not exist in project', 1);
    return { spec: { ...spec, destinations: rest } };
  };
}

export function addServiceAccount(server: string, namespace: string, account: string): EditSpec {
  return (spec) => {
    const all = spec.destinationServiceAccounts ?? [];
    if (all.some((item) => item.server === server && item.namespace === namespace)) {
      throw new CommandFailure('Specified destination service account is already defined in project', 1);
    }
    return {
      spec: { ...spec, destinationServiceAccounts: [...all, { server, namespace, defaultServiceAccount: account }] },
    };
  };
}

export function removeServiceAccount(server: string, namespace: string, account: string): EditSpec {
  return (spec) => {
    const all = spec.destinationServiceAccounts ?? [];
    const rest = without(
      all,
      (item) => item.server === server && item.namespace === namespace && item.defaultServiceAccount === account,
    );
    if (rest.length === all.length)
      throw new CommandFailure('Specified destination service account does not exist in project', 1);
    return { spec: { ...spec, destinationServiceAccounts: rest } };
  };
}

export function addOrphanedIgnore(group: string, kind: string, name: string): EditSpec {
  return (spec) => {
    const { ignore = [], ...rest } = spec.orphanedResources ?? {};
    if (ignore.some((item) => isSameKey(item, { group, kind, name }))) {
      throw new CommandFailure('Specified resource is already defined in the orphaned ignore list of project', 1);
    }
    const entry = { group, kind, ...(name === '' ? {} : { name }) };
    return { spec: { ...spec, orphanedResources: { ...rest, ignore: [...ignore, entry] } } };
  };
}

export function removeOrphanedIgnore(group: string, kind: string, name: string): EditSpec {
  return (spec) => {
    const { ignore = [], ...rest } = spec.orphanedResources ?? {};
    const left = without(ignore, (item) => isSameKey(item, { group, kind, name }));
    if (left.length === ignore.length)
      throw new CommandFailure('Specified resource does not exist in the orphaned ignore of project', 1);
    return { spec: { ...spec, orphanedResources: { ...rest, ignore: left } } };
  };
}

export function addSignatureKey(keyID: string): EditSpec {
  return (spec) => {
    const keys = spec.signatureKeys ?? [];
    if (keys.some((key) => key.keyID === keyID))
      throw new CommandFailure('Specified signature key is already defined in project', 1);
    return { spec: { ...spec, signatureKeys: [...keys, { keyID }] } };
  };
}

export function removeSignatureKey(keyID: string): EditSpec {
  return (spec) => {
    const rest = without(spec.signatureKeys, (key) => key.keyID === keyID);
    if (rest.length === (spec.signatureKeys ?? []).length)
      throw new CommandFailure('Specified signature key is not configured for project', 1);
    return { spec: { ...spec, signatureKeys: rest } };
  };
}

/** Which kind, on which list. */
export interface KindWish extends RestrictedKind {
  readonly scope: 'cluster' | 'namespace';
  readonly allow: boolean;
  /** 'allow' or 'deny'; what is not given is the list that upstream takes for the scope. */
  readonly list: string | undefined;
}

/** Adds a kind to a list or takes it off, so that it is allowed or denied. */
export function allowKind({ scope, allow, list, group, kind, name = '' }: KindWish): EditSpec {
  const onAllowList = (list ?? (scope === 'namespace' ? 'deny' : 'allow')) === 'allow' || list === 'white';
  const field = `${scope}Resource${onAllowList ? 'Whitelist' : 'Blacklist'}` as const;
  const adds = onAllowList ? allow : !allow;
  const where = `${onAllowList ? 'allowed' : 'denied'} ${scope === 'cluster' ? 'cluster' : 'namespaced'} resources`;
  const what =
    scope === 'cluster'
      ? `Group '${group}', kind '${kind}', and name '${name}' is`
      : `Group '${group}' and kind '${kind}' is`;
  return (spec) => {
    const all = spec[field] ?? [];
    const rest = without(all, (item) => isSameKey(item, { group, kind, name }));
    const present = rest.length < all.length;
    if (adds === present) return {};
    const entry: RestrictedKind = { group, kind, ...(name === '' ? {} : { name }) };
    return {
      spec: { ...spec, [field]: adds ? [...all, entry] : rest },
      say: `${what} ${adds ? 'added to' : 'removed from'} ${where}`,
    };
  };
}

interface Key {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
}

function isSameKey(left: Key, right: Key): boolean {
  const { group = '', kind = '', name = '' } = left;
  return group === (right.group ?? '') && kind === (right.kind ?? '') && name === (right.name ?? '');
}

function without<T>(all: readonly T[] | undefined, drop: (item: T) => boolean): readonly T[] {
  return (all ?? []).filter((item) => !drop(item));
}

function sameUrl(left: string, right: string): boolean {
  return plainUrl(left) === plainUrl(right);
}

function plainUrl(url: string): string {
  return url.toLowerCase().replace(/\.git$/, '');
}
