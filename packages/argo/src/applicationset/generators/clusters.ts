// The clusters generator. Mirrors argoproj/argo-cd:applicationset/generators/cluster.go (3.6).

import { type GoSlice, type Value, anyMapType, sliceOf, withType } from '@evenkeel/gotemplate';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { inClusterServer } from '../../translate.ts';
import { type SelectorSpec, objectOf } from '../application-set.ts';
import { sanitizeName } from '../template/names.ts';
import type { Params } from '../template/params.ts';
import { appendValues, textMap } from '../template/render.ts';
import { type GeneratorInput, explained } from './input.ts';
import { compileSelector } from './selector.ts';
import { secretData } from './world.ts';

/** State of others, not parameters: passed on into an Application, these would start loops or give secrets away. */
const hidden = new Set([
  'argocd.argoproj.io/refresh',
  'argocd.argoproj.io/refresh-timestamp',
  'argocd.argoproj.io/hydrate',
  'argocd.argoproj.io/hydrate-timestamp',
  'argocd.argoproj.io/tracking-id',
  'argocd.argoproj.io/installation-id',
  'kubectl.kubernetes.io/last-applied-configuration',
]);

/** Clusters by their Secrets; this cluster as well, unless a selector is given or a Secret stands for it. */
export async function generateClusters(spec: JsonObject, { set, world }: GeneratorInput): Promise<readonly Params[]> {
  const selector = (objectOf(spec['selector']) ?? {}) as SelectorSpec;
  const selects = Object.keys(selector.matchLabels ?? {}).length > 0 || (selector.matchExpressions ?? []).length > 0;
  const matches = await explained('error getting cluster secrets: error converting label selector', async () =>
    compileSelector(selector),
  );
  const byName = new Map<string, KubeObject>();
  for (const secret of world.clusterSecrets()) {
    if (matches(new Map(Object.entries(secret.metadata.labels ?? {})))) {
      byName.set(secretData(secret).get('name') ?? '', secret);
    }
  }
  const found: Params[] = [];
  let hasOwn = false;
  for (const secret of byName.values()) {
    const params = clusterParams(secret, set.spec.goTemplate);
    hasOwn ||= params.get('server') === inClusterServer;
    await explained('error appending templated values for cluster', async () =>
      appendValues(spec['values'], params, set.spec),
    );
    found.push(params);
  }
  if (!selects && !hasOwn) {
    const params: Params = new Map<Value, Value>([
      ['name', 'in-cluster'],
      ['nameNormalized', 'in-cluster'],
      ['server', inClusterServer],
      ['project', ''],
    ]);
    await explained('error appending templated values for local cluster', async () =>
      appendValues(spec['values'], params, set.spec),
    );
    found.push(params);
  }
  return spec['flatList'] === true ? [flatList(found)] : found;
}

function flatList(found: readonly Params[]): Params {
  const clusters: GoSlice = withType([...found] as GoSlice, sliceOf(anyMapType));
  return new Map<Value, Value>([['clusters', clusters]]);
}

function clusterParams(secret: KubeObject, goTemplate: boolean): Params {
  const data = secretData(secret);
  const name = data.get('name') ?? '';
  const params: Params = new Map<Value, Value>([
    ['name', name],
    ['nameNormalized', sanitizeName(name)],
    ['server', data.get('server') ?? ''],
    ['project', data.get('project') ?? ''],
  ]);
  const annotations = Object.entries(secret.metadata.annotations ?? {});
  const shown = annotations.filter(([key]) => !hidden.has(key));
  const labels = Object.entries(secret.metadata.labels ?? {});
  if (!goTemplate) {
    for (const [key, value] of shown) params.set(`metadata.annotations.${key}`, value);
    for (const [key, value] of labels) params.set(`metadata.labels.${key}`, value);
    return params;
  }
  const metadata: Params = new Map();
  if (annotations.length > 0) metadata.set('annotations', textMap(shown));
  if (labels.length > 0) metadata.set('labels', textMap(labels));
  params.set('metadata', metadata);
  return params;
}

/** Name and server of every cluster there is, this one included. */
export function clusterAddresses(
  secrets: readonly KubeObject[],
): readonly { readonly name: string; readonly server: string }[] {
  const found = secrets.map((secret) => {
    const data = secretData(secret);
    return { name: data.get('name') ?? '', server: data.get('server') ?? '' };
  });
  const hasOwn = found.some(({ server }) => server === inClusterServer);
  return hasOwn ? found : [...found, { name: 'in-cluster', server: inClusterServer }];
}
