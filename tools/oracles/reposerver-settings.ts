// What is left out of comparisons, made up: entries of an Application, customizations and compare options of argocd-cm, the
// annotation of an object; the same for us and for the original.

import { type JsonObject, type KubeObject, gvkOf } from '@evenkeel/resource';
import type { Picker } from './reposerver-picker.ts';

export interface DiffSettings {
  readonly ignores: readonly JsonObject[];
  /** argocd-cm. */
  readonly config: Readonly<Record<string, string>>;
  /** The object with its own annotation, where it has one. */
  readonly annotated?: KubeObject;
  /** The same as the original's code takes it. */
  readonly forOriginal?: JsonObject;
}

const pointers: readonly string[] = [
  '/spec/replicas',
  '/metadata/labels',
  '/metadata/annotations/team',
  '/metadata/annotations/extra',
  '/data',
  '/data/a',
  '/spec/template/spec/containers/0/image',
  '/spec/template/spec/serviceAccountName',
  '/spec/template/spec/containers/1',
  '/spec/template/spec/containers/0/env/0/value',
  '/spec/template',
  '/spec',
  '/rules',
  '/webhooks/0/clientConfig/caBundle',
  '/spec/ports/0/port',
  '/spec/free',
  '/spec/parts/0',
  '/nothing/there',
  '/metadata',
  '/metadata/annotations',
  'spec/replicas',
  '',
  '/',
  '/spec/template/spec/containers/-',
  '/spec/template/spec/containers/9',
  '/metadata/annotations/a~1b',
];
const expressions: readonly string[] = [
  '.spec.replicas',
  '.spec.template.spec.containers[].image',
  '.spec.template.spec.containers[] | select(.name == "web") | .env',
  '.spec.template.spec | .serviceAccountName, .containers[].ports',
  '.spec.template.spec.containers[]?.resources',
  '.data[]?',
  '.data',
  '.metadata.labels',
  '.metadata.annotations | keys',
  '.spec.parts[]? | select(.weight > 1)',
  '.webhooks[]?.clientConfig',
  '.spec.ports[0]',
  '.rules[]?.verbs',
  '..',
  '.nothing',
  '.',
  '.metadata',
  '.metadata.annotations',
  'error("x")',
  '.spec, .metadata.labels',
];

/** Settings for one object; half of the time none. */
export function madeSettings(object: KubeObject, pick: Picker): DiffSettings {
  const { group, kind } = gvkOf(object);
  const status = pick.chance(0.2) ? pick.of(['all', 'crd', 'none']) : '';
  const aggregated = pick.chance(0.2);
  const compare = {
    ...(status === '' ? {} : { ignoreResourceStatusField: status }),
    ...(aggregated ? { ignoreAggregatedRoles: true } : {}),
  };
  const ignores = pick.chance(0.5) ? [entry(object, pick)] : [];
  const custom = pick.chance(0.15) && group !== '' ? fieldsOf(pick) : undefined;
  const everywhere = pick.chance(0.1) ? fieldsOf(pick) : undefined;
  const annotated = pick.chance(0.1) ? withAnnotation(object, pick) : undefined;
  const config = {
    ...(Object.keys(compare).length > 0 ? { 'resource.compareoptions': JSON.stringify(compare) } : {}),
    ...(custom ? { [`resource.customizations.ignoreDifferences.${group}_${kind}`]: JSON.stringify(custom) } : {}),
    ...(everywhere ? { 'resource.customizations.ignoreDifferences.all': JSON.stringify(everywhere) } : {}),
  };
  const overrides: Record<string, JsonObject> = {};
  if (custom) overrides[`${group}/${kind}`] = { ignoreDifferences: custom };
  if (everywhere) overrides['*/*'] = { ignoreDifferences: everywhere };
  const statusKey = { '': '*/*', all: '*/*', crd: 'apiextensions.k8s.io/CustomResourceDefinition' }[status];
  if (statusKey !== undefined) overrides[statusKey] = withStatus(overrides[statusKey]);
  return {
    ignores,
    config,
    ...(annotated ? { annotated } : {}),
    forOriginal: {
      ignores,
      // It reads its own settings as text within text.
      overrides: Object.fromEntries(
        Object.entries(overrides).map(([key, { ignoreDifferences = {} }]) => [
          key,
          { ignoreDifferences: JSON.stringify(ignoreDifferences) },
        ]),
      ),
      ignoreAggregatedRoles: aggregated,
    },
  };
}

function withStatus(override: JsonObject | undefined): JsonObject {
  const fields = (override?.['ignoreDifferences'] ?? {}) as { readonly jsonPointers?: readonly string[] };
  return { ignoreDifferences: { ...fields, jsonPointers: [...(fields.jsonPointers ?? []), '/status'] } };
}

function entry(object: KubeObject, pick: Picker): JsonObject {
  const { group, kind } = gvkOf(object);
  return {
    group: pick.of([group, group, group, '*', 'other']),
    kind: pick.of([kind, kind, kind, '*', `${kind.slice(0, 2)}*`, 'Other']),
    ...pick.maybe(0.2, { name: pick.of([object.metadata.name ?? '', 'another']) }),
    ...pick.maybe(0.2, { namespace: pick.of(['live', 'another']) }),
    ...fieldsOf(pick),
  };
}

function fieldsOf(pick: Picker): JsonObject {
  return {
    ...pick.maybe(0.6, { jsonPointers: pick.some(pointers, 3) }),
    ...pick.maybe(0.4, { jqPathExpressions: pick.some(expressions, 2) }),
    ...pick.maybe(0.3, { managedFieldsManagers: [pick.of(['other', 'kubectl-edit', 'nobody'])] }),
  };
}

function withAnnotation(object: KubeObject, pick: Picker): KubeObject {
  const text = pick.of([
    'jsonPointers: [/spec/replicas]',
    'jsonPointers:\n- /data\n- /metadata/labels',
    'text',
    'jsonPointers: text',
  ]);
  const annotations = { ...object.metadata.annotations, 'argocd.argoproj.io/ignore-differences': text };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
