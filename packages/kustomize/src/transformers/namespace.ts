// The namespace field and its rules for subjects of role bindings (api:filters/namespace/namespace.go and
// internal/builtins/NamespaceTransformer.go, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import { type FieldSpec, fieldSpec } from '../config/field-specs.ts';
import { setScalar } from '../nodes/edit.ts';
import { nodeJson } from '../nodes/json.ts';
import { lookup, lookupCreate } from '../nodes/paths.ts';
import type { Touch } from '../nodes/touch.ts';
import { type Node, TAG_STR, demandKind, isNull, makeScalar, textOf } from '../nodes/tree.ts';
import { KustomizeError, prefixed, reworded } from '../problems.ts';
import { HELM_GENERATED } from '../resources/build-annotations.ts';
import { idKey, isClusterScopedKind } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import { goJson } from './hash.ts';
import { type Setter, WalkKindError, walkFieldSpec } from './field-walk.ts';
import { NodeKindError } from '../nodes/tree.ts';

/** A namespace, and where it goes. */
export interface NamespaceTransform {
  readonly namespace: string;
  readonly fieldSpecs: readonly FieldSpec[];
  readonly unsetOnly?: boolean;
  /** '' means 'defaultOnly'. */
  readonly setRoleBindingSubjects?: string;
  readonly touch?: Touch;
}

const MODES = ['defaultOnly', 'none', 'allServiceAccounts'];
const metadataNamespace = fieldSpec('metadata/namespace', {}, true);
const creation = { kind: 'scalar', tag: TAG_STR } as const;

/** Refuses an unknown way to treat subjects. */
export function checkSubjectMode(mode: string): void {
  if (mode === '' || MODES.includes(mode)) return;
  throw new KustomizeError(
    'CONFIGURATION',
    `invalid value ${JSON.stringify(mode)} for setRoleBindingSubjects: must be one of "defaultOnly", "none" or "allServiceAccounts"`,
  );
}

/** Sets the namespace of every resource; refuses when two become the same. */
export function setNamespaces(map: ResourceMap, transform: NamespaceTransform): void {
  if (transform.namespace === '') return;
  const counts = new Map<string, number>();
  const count = (resource: Resource, by: number): number => {
    const key = idKey(resource.curId());
    const total = (counts.get(key) ?? 0) + by;
    counts.set(key, total);
    return total;
  };
  for (const resource of map.resources) count(resource, 1);
  for (const resource of map.resources) {
    if (resource.isEmpty || resource.annotation(HELM_GENERATED) === 'true') continue;
    count(resource, -1);
    resource.storePreviousId();
    setNamespace(resource.node, transform);
    if (count(resource, 1) !== 1) {
      const key = idKey(resource.curId());
      const same = map.resources.filter((each) => idKey(each.curId()) === key);
      const list = same.map((each) => goJson(nodeJson(each.node))).join(' ');
      throw new KustomizeError('CONFLICT', `namespace transformation produces ID conflict: [${list}]`);
    }
  }
}

/** Sets the namespace of one object and in the fields that name it. */
export function setNamespace(root: YamlNode, transform: NamespaceTransform): void {
  const apiVersion = textOf(lookup(root, ['apiVersion']));
  const kind = textOf(lookup(root, ['kind']));
  const set = namespaceSetter(transform);
  if (!isClusterScopedKind(apiVersion, kind)) walkFieldSpec(root, metadataNamespace, set, { kind: 'scalar', tag: '' });
  const isBinding = kind === 'RoleBinding' || kind === 'ClusterRoleBinding';
  if (isBinding) setSubjects(root, transform, set);
  try {
    for (const spec of transform.fieldSpecs) {
      if (isHandledElsewhere(spec, apiVersion, isBinding)) continue;
      walkFieldSpec(root, spec, set, creation);
    }
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    const wrongKind = (error instanceof WalkKindError || error instanceof NodeKindError) && error.actual !== 'scalar';
    const prefix = wrongKind ? 'namespace field specs must target scalar nodes' : 'namespace transformation failed';
    throw reworded(error, `${prefix}: ${error.message}`);
  }
}

function isHandledElsewhere(spec: FieldSpec, apiVersion: string, isBinding: boolean): boolean {
  if (spec.path === 'metadata/namespace') return true;
  if (spec.path === 'metadata/name' && apiVersion !== 'v1') return true;
  const forBinding = spec.kind === 'RoleBinding' || spec.kind === 'ClusterRoleBinding';
  return isBinding && forBinding && spec.path === 'subjects/namespace';
}

function namespaceSetter(transform: NamespaceTransform): Setter {
  return (node) => {
    if (transform.unsetOnly === true && node.kind === 'scalar' && textOf(node) !== '') return;
    const value: Node = makeScalar(transform.namespace, TAG_STR);
    if (transform.touch !== undefined) value.trail = [transform.touch];
    setScalar(node, value);
  };
}

function setSubjects(root: YamlNode, transform: NamespaceTransform, set: Setter): void {
  const mode = transform.setRoleBindingSubjects ?? '';
  checkSubjectMode(mode);
  if (mode === 'none') return;
  const subjects = lookup(root, ['subjects']);
  if (isNull(subjects) || subjects === undefined) return;
  const [field, wanted] = mode === 'allServiceAccounts' ? ['kind', 'ServiceAccount'] : ['name', 'default'];
  try {
    demandKind(subjects, 'sequence');
    for (const subject of subjects.content) {
      const found = lookup(subject, [field]);
      demandKind(found, 'scalar');
      if (found === undefined || textOf(found) !== wanted) continue;
      const namespace = lookupCreate(subject, ['namespace'], 'scalar');
      if (namespace !== undefined) set(namespace);
    }
  } catch (error) {
    throw prefixed(error, 'setting namespace on (cluster)role binding subjects');
  }
}
