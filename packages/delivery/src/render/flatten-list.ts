// A List is no object of a cluster but a bundle of them.

import { type Json, type JsonObject, type KubeObject, isMap } from '@evenkeel/resource';

/** The objects in a List, Lists within taken apart too; anything else as it is. */
export function flattenList(value: JsonObject | KubeObject): readonly KubeObject[] {
  const items = (value as JsonObject)['items'];
  if (isNullList(value as JsonObject)) return [];
  if (isList(value as JsonObject) && Array.isArray(items)) {
    return items.flatMap((item: Json) => (isMap(item) ? flattenList(item) : []));
  }
  const metadata = isMap((value as JsonObject)['metadata']) ? (value as JsonObject)['metadata'] : {};
  return [{ ...value, metadata } as unknown as KubeObject];
}

/** What a List holds that is no object, in Kubernetes' words; undefined where all is well. */
export function listProblem(value: JsonObject | KubeObject): string | undefined {
  const items = (value as JsonObject)['items'];
  if (!isList(value as JsonObject) || !Array.isArray(items)) return undefined;
  for (const [index, item] of (items as readonly Json[]).entries()) {
    const problem = isMap(item) ? listProblem(item) : `items[${index}]: items member is not an object`;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isList({ kind }: JsonObject): boolean {
  return typeof kind === 'string' && kind.endsWith('List');
}

/** `items: null` bundles nothing. Mirrors argoproj/argo-cd:reposerver/repository/repository.go (3.6) isNullList. */
function isNullList(value: JsonObject): boolean {
  return isList(value) && value['items'] === null && !('spec' in value) && !('status' in value);
}
