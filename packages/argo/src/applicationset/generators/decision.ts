// The clusterDecisionResource generator: clusters that another controller has chosen.
// Mirrors argoproj/argo-cd:applicationset/generators/duck_type.go (3.6).

import { type Value, fromJson } from '@evenkeel/gotemplate';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { GenerationError, type SelectorSpec, objectOf } from '../application-set.ts';
import { type Params, goText } from '../template/params.ts';
import { addValues } from '../template/render.ts';
import { clusterAddresses } from './clusters.ts';
import type { GeneratorInput } from './input.ts';

export async function generateDecisions(spec: JsonObject, { set, world }: GeneratorInput): Promise<readonly Params[]> {
  const reference = textOf(spec['configMapRef']);
  const map = await world.configMap(world.controlNamespace, reference);
  if (!map) throw new GenerationError(`error reading configMapRef: configmaps "${reference}" not found`);
  const data = objectOf(map['data'] as Json | undefined) ?? {};
  const apiVersion = textOf(data['apiVersion']);
  const slash = apiVersion.indexOf('/');
  const resource = textOf(data['kind']);
  if (resource === '' || slash < 1) {
    throw new GenerationError('there is a problem with the apiVersion, kind or resourceName provided');
  }
  const name = textOf(spec['name']);
  const selector = objectOf(spec['labelSelector']);
  const selects = selector?.['matchLabels'] !== undefined || selector?.['matchExpressions'] !== undefined;
  if (selects === (name !== '')) {
    throw new GenerationError('there is a problem with the definition of the ClusterDecisionResource generator');
  }
  const objects = await world.decisions({
    group: apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    resource,
    name,
    labelSelector: name === '' ? selectorText(selector as SelectorSpec) : '',
  });
  if (objects.length === 0) throw new GenerationError('no clusterDecisionResources found');
  const matchKey = textOf(data['matchKey']);
  if (matchKey === '') return [];
  const clusters = clusterAddresses(world.clusterSecrets());
  const values = Object.entries(objectOf(spec['values']) ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const result: Params[] = [];
  for (const decision of decisionsOf(objects, textOf(data['statusListKey']) || 'clusters')) {
    const wanted = decision[matchKey];
    const cluster = clusters.find((one) => wanted !== undefined && one.name === goText(fromJson(wanted)));
    if (!cluster || cluster.name === '') continue;
    const params: Params = new Map<Value, Value>([
      ['name', cluster.name],
      ['server', cluster.server],
    ]);
    for (const [key, value] of Object.entries(decision)) params.set(key, goText(fromJson(value)));
    addValues(values, params, set.spec);
    result.push(params);
  }
  return result;
}

function decisionsOf(objects: readonly KubeObject[], key: string): readonly JsonObject[] {
  return objects.flatMap((object) => {
    const list = objectOf(object['status'] as Json | undefined)?.[key];
    if (!Array.isArray(list)) return [];
    return (list as readonly Json[]).map(objectOf).filter((item) => item !== undefined);
  });
}

function selectorText({ matchLabels = {}, matchExpressions = [] }: SelectorSpec): string {
  const words: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key;
      return operator === 'DoesNotExist' ? `!${key}` : `${key} ${words[operator] ?? operator} (${values.join(',')})`;
    }),
  ].join(',');
}

function textOf(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}
