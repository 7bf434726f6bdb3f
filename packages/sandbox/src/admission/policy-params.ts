// The parameter objects of a policy's binding (apiserver:pkg/admission/plugin/policy/generic/policy_dispatcher.go, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Registry } from '../api/registry.ts';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import type { ServedType } from '../api/served-type.ts';
import { atVersion } from '../api/versions.ts';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

/** Parameters, each evaluated for itself; undefined is a policy without; a text says what is wrong. */
export type Params = readonly (KubeObject | undefined)[] | string;

/** The type of a policy's parameters; undefined where it has none, a text where no such type is served. */
export function paramType(spec: Bag, registry: Registry): ServedType | string | undefined {
  const kind = bagAt(spec, 'paramKind');
  if (kind === undefined) return undefined;
  const [version = '', group = ''] = scalarText(kind['apiVersion'] ?? '')
    .split('/')
    .toReversed();
  const name = scalarText(kind['kind'] ?? '');
  const found = registry.byKind(group, version, name);
  return found ?? `failed to find resource referenced by paramKind: '${group}/${version}, Kind=${name}'`;
}

/** What a binding refers to, for a request in a namespace. */
export function collectParams(
  store: Store,
  type: ServedType | undefined,
  { ref, namespace }: { readonly ref: Bag | undefined; readonly namespace: string },
): Params {
  if (type === undefined || ref === undefined) return [undefined];
  const given = scalarText(ref['namespace'] ?? '');
  if (!type.namespaced && given !== '')
    return 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`';
  const where = given === '' ? namespace : given;
  if (type.namespaced && where === '')
    return 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources';
  const found = select(store, type, { ref, namespace: type.namespaced ? where : '' });
  if (found.length === 0 && ref['parameterNotFoundAction'] === 'Deny')
    return 'no params found for policy binding with `Deny` parameterNotFoundAction';
  return found.map((each) => atVersion(each, type));
}

function select(
  store: Store,
  type: ServedType,
  { ref, namespace }: { readonly ref: Bag; readonly namespace: string },
): readonly KubeObject[] {
  const collection = store.collection(type.collection);
  const name = scalarText(ref['name'] ?? '');
  if (name !== '') {
    const found = collection.get(namespace, name);
    return found === undefined ? [] : [found];
  }
  const matches = labelSelectorMatch((bagAt(ref, 'selector') ?? {}) as LabelSelector);
  return collection.list(type.namespaced ? namespace : undefined).filter((each) => matches(each.metadata.labels));
}
