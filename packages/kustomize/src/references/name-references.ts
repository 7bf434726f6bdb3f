// Follows renamings into every field that names another resource (api:filters/nameref/nameref.go and
// internal/accumulator/namereferencetransformer.go, v0.21.1).

import { type YamlNode, emitSigsYaml } from '@evenkeel/resource';

import type { FieldSpec } from '../config/field-specs.ts';
import type { NameReference } from '../config/transformer-config.ts';
import { setField, setScalar } from '../nodes/edit.ts';
import { nodeJson } from '../nodes/json.ts';
import { type Node, TAG_STR, demandKind, fieldOf, isNull, makeScalar, textOf } from '../nodes/tree.ts';
import { KustomizeError, prefixed } from '../problems.ts';
import { type Gvk, type ResId, effectiveNamespace, idText, isSelected, NOT_A_NAMESPACE } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import { walkFieldSpec } from '../transformers/field-walk.ts';
import type { Touch } from '../nodes/touch.ts';

interface FieldToFix {
  readonly spec: FieldSpec;
  readonly target: Gvk;
}

/** A resource that was renamed, with what the search asks of it again and again. */
interface Candidate {
  readonly resource: Resource;
  readonly current: ResId;
  readonly previous: readonly ResId[];
}

/** Puts the present names into all fields that held former ones. Throws KustomizeError where a name is ambiguous. */
export function fixNameReferences(map: ResourceMap, references: readonly NameReference[]): void {
  const renamed = indexRenamed(map);
  const fields = new Map<string, FieldToFix[]>();
  for (const reference of references) {
    for (const spec of reference.referrers) {
      const list = fields.get(spec.kind) ?? [];
      list.push({ spec, target: reference });
      fields.set(spec.kind, list);
    }
  }
  const order = new Map(references.flatMap((reference) => reference.referrers).map((spec, index) => [spec, index]));
  for (const referrer of map.resources) {
    const id = referrer.orgId();
    const mine = [...(fields.get(id.kind) ?? []), ...(fields.get('') ?? [])].filter(({ spec }) => isSelected(id, spec));
    mine.sort((left, right) => (order.get(left.spec) ?? 0) - (order.get(right.spec) ?? 0));
    if (mine.length === 0) continue;
    const fixer = new ReferrerFix(map, renamed, referrer);
    for (const field of mine) fixer.fix(field);
  }
}

function indexRenamed(map: ResourceMap): ReadonlyMap<string, readonly Candidate[]> {
  const byName = new Map<string, Candidate[]>();
  for (const resource of map.resources) {
    const previous = resource.prevIds();
    if (previous.length === 0) continue;
    const candidate = { resource, current: resource.curId(), previous };
    for (const name of new Set(previous.map((id) => id.name))) {
      const list = byName.get(name) ?? [];
      list.push(candidate);
      byName.set(name, list);
    }
  }
  return byName;
}

class ReferrerFix {
  readonly #map: ResourceMap;
  readonly #renamed: ReadonlyMap<string, readonly Candidate[]>;
  readonly #referrer: Resource;
  readonly #id: ResId;
  readonly #subjects: ReadonlySet<string>;
  #reachable: ReadonlySet<Resource> | undefined;

  constructor(map: ResourceMap, renamed: ReadonlyMap<string, readonly Candidate[]>, referrer: Resource) {
    this.#map = map;
    this.#renamed = renamed;
    this.#referrer = referrer;
    this.#id = referrer.curId();
    this.#subjects = this.#id.clusterScoped ? new Set() : subjectNamespaces(referrer);
  }

  fix(field: FieldToFix): void {
    // The kind is matched by the original id; the present one may be another.
    const spec: FieldSpec = { ...field.spec, ...gvkOnly(this.#id) };
    try {
      walkFieldSpec(this.#referrer.node, spec, (node) => this.#set(node, field));
    } catch (error) {
      throw prefixed(error, `updating name reference in '${spec.path}' field of '${idText(this.#id)}'`);
    }
  }

  #set(node: YamlNode, field: FieldToFix): void {
    if (isNull(node)) return;
    switch (node.kind) {
      case 'scalar':
        this.#setScalar(node, field);
        return;
      case 'mapping':
        this.#setMapping(node, field);
        return;
      case 'sequence':
        for (const item of node.content) if (!isNull(item)) this.#setItem(item, field);
        return;
      case 'alias':
      case 'document':
        throw fault('node must be a scalar, sequence or map');
    }
  }

  #setItem(item: YamlNode, field: FieldToFix): void {
    if (item.kind === 'scalar') this.#setScalar(item, field);
    else if (item.kind === 'mapping') this.#setMapping(item, field);
    else throw fault('item is expected to be either a string or a map of string');
  }

  #setScalar(node: YamlNode, field: FieldToFix): void {
    const found = this.#select(node.value, field, { inNamespace: undefined, byName: true });
    if (found === undefined || found.resource.name === node.value) return;
    setScalar(node, nameNode(found.resource));
  }

  #setMapping(node: YamlNode, field: FieldToFix): void {
    const nameField = fieldOf(node, 'name');
    if (nameField === undefined) throw fault("path config error; no 'name' field in node");
    const namespaceField = fieldOf(node, 'namespace');
    const oldName = nameField.value;
    const found = this.#select(oldName, field, { inNamespace: namespaceField?.value, byName: false });
    if (found === undefined) return;
    const { name, namespace } = found.resource;
    if (name === oldName && namespace === '') return;
    setField(node, 'name', nameNode(found.resource));
    if (namespace === '') return;
    const value: Node = makeScalar(namespace);
    const trail = trailOf(found.resource, 'namespace');
    if (trail !== undefined) value.trail = trail;
    setField(node, 'namespace', value);
  }

  #select(
    oldName: string,
    field: FieldToFix,
    how: { readonly inNamespace: string | undefined; readonly byName: boolean },
  ): Candidate | undefined {
    let candidates = this.#renamed.get(oldName) ?? [];
    if (candidates.length === 0) return undefined;
    candidates = candidates.filter((each) => this.#isReachable(each));
    if (how.inNamespace !== undefined) candidates = this.#inNamespace(candidates, how.inNamespace);
    const role = this.#roleOf(field.spec);
    candidates = candidates.filter(
      (each) =>
        each.previous.some((id) => isSelected(id, field.target)) &&
        (role === undefined || each.previous.some((id) => isSelected(id, role))) &&
        this.#sameNamespace(each),
    );
    if (candidates.length === 1) return candidates[0];
    candidates = candidates.filter((each) => sameAffixes(each.resource, this.#referrer, true));
    if (candidates.length > 1) {
      candidates = candidates.filter((each) => sameAffixes(each.resource, this.#referrer, false));
    }
    if (candidates.length <= 1 || identical(candidates, how.byName)) return candidates[0];
    const ids = candidates.map((each) => idText(each.current)).join(', ');
    throw fault(`found multiple possible referrals: ${ids}\n${this.#details(candidates)}`);
  }

  #details(candidates: readonly Candidate[]): string {
    const shown = (resource: Resource): string => emitSigsYaml(nodeJson(resource.node));
    const targets = candidates.map(
      ({ resource }, index) => `--- possible referral ${String(index)}:\n${shown(resource)}\n`,
    );
    return `\n**** Too many possible referral targets to referrer:\n${shown(this.#referrer)}\n${targets.join('')}`;
  }

  #isReachable(candidate: Candidate): boolean {
    this.#reachable ??= new Set(this.#map.referableFrom(this.#referrer, this.#subjects));
    return this.#reachable.has(candidate.resource);
  }

  /** By original namespace where the referrer's reach has any resource there, else by the present one. */
  #inNamespace(candidates: readonly Candidate[], namespace: string): readonly Candidate[] {
    const reach = [...(this.#reachable ?? [])];
    const original = reach.some((resource) => effectiveNamespace(resource.orgId()) === namespace);
    return candidates.filter(({ resource }) => {
      const theirs = effectiveNamespace(original ? resource.orgId() : resource.curId());
      return theirs === namespace && theirs !== NOT_A_NAMESPACE;
    });
  }

  #sameNamespace(candidate: Candidate): boolean {
    const mine = effectiveNamespace(this.#id);
    const theirs = effectiveNamespace(candidate.current);
    if (mine === NOT_A_NAMESPACE || theirs === NOT_A_NAMESPACE) return true;
    return candidate.current.kind === 'ServiceAccount' || mine === theirs;
  }

  #roleOf(spec: FieldSpec): Gvk | undefined {
    if (!spec.path.endsWith('roleRef/name')) return undefined;
    const roleRef = fieldOf(this.#referrer.node, 'roleRef');
    const group = fieldOf(roleRef, 'apiGroup');
    const kind = fieldOf(roleRef, 'kind');
    if (group === undefined || kind === undefined) return undefined;
    return { group: group.value, version: '', kind: kind.value };
  }
}

function gvkOnly(id: ResId): Gvk {
  return { group: id.group, version: id.version, kind: id.kind };
}

function nameNode(resource: Resource): YamlNode {
  const node: Node = makeScalar(resource.name);
  const trail = trailOf(resource, 'name');
  if (trail !== undefined) node.trail = trail;
  return node;
}

function trailOf(resource: Resource, field: string): readonly Touch[] | undefined {
  const node: Node | undefined = fieldOf(fieldOf(resource.node, 'metadata'), field);
  return node?.trail?.map((touch) => ({ ...touch, by: touch.by === 'resource' ? 'nameReference' : touch.by }));
}

function identical(candidates: readonly Candidate[], byName: boolean): boolean {
  const [first] = candidates;
  if (first === undefined) return false;
  const { name, namespace } = first.resource;
  return candidates.every(({ resource }) => resource.name === name && (byName || resource.namespace === namespace));
}

function sameAffixes(left: Resource, right: Resource, emptyFits: boolean): boolean {
  return (
    sameEnding(left.prefixes(), right.prefixes(), emptyFits) && sameEnding(left.suffixes(), right.suffixes(), emptyFits)
  );
}

function sameEnding(left: readonly string[], right: readonly string[], emptyFits: boolean): boolean {
  if (left.length === 0 || right.length === 0) return emptyFits || left.length === right.length;
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  return short.every((text, index) => long[index + long.length - short.length] === text);
}

/** Namespaces of the service accounts that a RoleBinding names. */
function subjectNamespaces(referrer: Resource): ReadonlySet<string> {
  const namespaces = new Set<string>();
  if (referrer.kind !== 'RoleBinding') return namespaces;
  const subjects = fieldOf(referrer.node, 'subjects');
  if (subjects?.kind !== 'sequence') return namespaces;
  for (const subject of subjects.content) {
    demandKind(subject, 'mapping');
    const namespace = fieldOf(subject, 'namespace');
    if (namespace === undefined || textOf(fieldOf(subject, 'kind')) !== 'ServiceAccount') continue;
    if (namespace.kind !== 'scalar' || (namespace.tag !== TAG_STR && namespace.tag !== '')) {
      throw fault(`Invalid Input: namespace is blank for resource ${JSON.stringify(idText(referrer.curId()))}\n`);
    }
    namespaces.add(namespace.value);
  }
  return namespaces;
}

function fault(message: string): KustomizeError {
  return new KustomizeError('NAME_REFERENCE', message);
}
