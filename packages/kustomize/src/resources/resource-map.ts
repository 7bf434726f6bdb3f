// The ordered set of resources of a build; no two have the same identity (api:resmap/reswrangler.go, v0.21.1).

import { KustomizeError } from '../problems.ts';
import { type ResId, effectiveNamespace, idGoText, idKey, idText, idsEqual, NOT_A_NAMESPACE } from './res-id.ts';
import type { Resource } from './resource.ts';
import { mergeData } from './merge-data.ts';
import { ORIGIN } from './build-annotations.ts';
import { type Selector, type SelectorMatcher, selectorMatcher } from './selector.ts';

/** Resources in the order in which they were loaded. */
export class ResourceMap {
  #list: Resource[] = [];

  get resources(): readonly Resource[] {
    return this.#list;
  }

  get size(): number {
    return this.#list.length;
  }

  /** Appends; refuses an identity that is taken. */
  append(resource: Resource): void {
    this.appendAll([resource]);
  }

  /** Appends all; refuses the first identity that is taken, keeping what came before it. */
  appendAll(resources: readonly Resource[]): void {
    if (resources.length === 0) return;
    const taken = new Set(this.#list.map((resource) => idKey(resource.curId())));
    for (const resource of resources) {
      const id = resource.curId();
      const key = idKey(id);
      if (taken.has(key)) {
        throw new KustomizeError('CONFLICT', `may not add resource with an already registered id: ${idText(id)}`);
      }
      taken.add(key);
      this.#list.push(resource);
    }
  }

  /** Replaces the whole content; identities are checked. */
  resetTo(resources: readonly Resource[]): void {
    this.#list = [];
    this.appendAll(resources);
  }

  /** Replaces the whole content without a check. */
  setUnchecked(resources: readonly Resource[]): void {
    this.#list = [...resources];
  }

  /** Forgets resources that were deleted or emptied. */
  dropEmpties(): void {
    if (this.#list.some((resource) => resource.isEmpty))
      this.#list = this.#list.filter((resource) => !resource.isEmpty);
  }

  /** Resources of which any identity, past or present, matches. */
  matchingAnyId(matches: (id: ResId) => boolean): Resource[] {
    return this.#list.filter(
      (resource) => !resource.isEmpty && (matches(resource.curId()) || resource.prevIds().some(matches)),
    );
  }

  /** The one resource with this identity, past or present. */
  getById(id: ResId): Resource {
    const found = this.matchingAnyId((each) => idsEqual(id, each));
    const [first] = found;
    if (first !== undefined && found.length === 1) return first;
    const fault = found.length > 1 ? 'multiple matches' : 'no matches';
    const text = idText(id);
    throw new KustomizeError('PATCH', `${fault} for Id ${text}; failed to find unique target for patch ${text}`);
  }

  /** Resources a selector picks; past and present names and namespaces count. */
  select(selector: Selector): Resource[] {
    const matcher = selectorMatcher(selector);
    return this.#list.filter((resource) => selects(matcher, resource));
  }

  /** Adds generated resources, each by its behavior: create, replace or merge. */
  absorbAll(resources: readonly Resource[]): void {
    for (const resource of resources) this.#absorb(resource);
  }

  #absorb(resource: Resource): void {
    const id = resource.curId();
    const matches = this.matchingAnyId((each) => idsEqual(id, each));
    const [old] = matches;
    const behavior = resource.behavior;
    if (old === undefined) {
      if (behavior === 'merge' || behavior === 'replace') {
        throw new KustomizeError('CONFLICT', `id ${idGoText(id)} does not exist; cannot merge or replace`);
      }
      this.append(resource);
      return;
    }
    if (matches.length > 1) {
      const list = matches.map((each) => idText(each.curId())).join(' ');
      throw new KustomizeError('CONFLICT', `found multiple objects [${list}] that could accept merge of ${idText(id)}`);
    }
    if (behavior !== 'replace' && behavior !== 'merge') {
      throw new KustomizeError(
        'CONFLICT',
        `id ${idGoText(id)} exists; can not use behavior: '${behavior}', behavior must be merge or replace`,
      );
    }
    const origin = old.annotation(ORIGIN);
    resource.copyMergeMetadataFrom(old);
    if (behavior === 'merge') {
      mergeData(resource, old);
      if (origin !== undefined) resource.setAnnotations(resource.annotations().set(ORIGIN, origin));
    }
    this.#list[this.#list.indexOf(old)] = resource;
    this.#demandUnique(resource);
  }

  #demandUnique(resource: Resource): void {
    const id = resource.curId();
    const same = this.#list.filter((each) => idsEqual(each.curId(), id));
    if (same.length > 1) throw new KustomizeError('CONFLICT', `id matched ${String(same.length)} resources`);
  }

  /** What a resource may refer to: its own namespace, everything cluster-scoped, and namespaces of its subjects. */
  referableFrom(referrer: Resource, extraNamespaces: ReadonlySet<string>): readonly Resource[] {
    const namespace = effectiveNamespace(referrer.curId());
    if (namespace === NOT_A_NAMESPACE) return this.#list;
    return this.#list.filter((target) => {
      const theirs = effectiveNamespace(target.curId());
      return theirs === NOT_A_NAMESPACE || theirs === namespace || extraNamespaces.has(target.namespace);
    });
  }
}

function selects(matcher: SelectorMatcher, resource: Resource): boolean {
  const current = resource.curId();
  const original = resource.orgId();
  return (
    (matcher.namespace(effectiveNamespace(original)) || matcher.namespace(effectiveNamespace(current))) &&
    (matcher.name(original.name) || matcher.name(current.name)) &&
    matcher.gvk(current) &&
    matcher.labels(resource.node) &&
    matcher.annotations(resource.node)
  );
}
