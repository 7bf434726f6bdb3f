// A List is no object of a cluster but a bundle of them.

import { type Json, type JsonObject, type KubeObject, isMap } from '@evenkeel/resource';

/** The objects in a List, Lists within taken apart too; anything else as it is. */
export function flattenList(value: JsonObject | KubeObject): readonly KubeObject[] {
  const { kind } = value;
  const items = (value as JsonObject)['items'];
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item: Json) => (isMap(item) ? flattenList(item) : []));
  }
  const metadata = isMap((value as JsonObject)['metadata']) ? (value as JsonObject)['metadata'] : {};
  return [{ ...value, metadata } as unknown as KubeObject];
}
