// Secret values never leave memory in clear. A masked diff still tells equal from different.

import { type Json, type JsonObject, type KubeObject, isMap, lastAppliedAnnotation } from '@evenkeel/resource';

const MASK = '++++++++';

/** True for v1/Secret. */
export function isSecret(object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return object.apiVersion === 'v1' && object.kind === 'Secret';
}

/**
 * A Secret with every value replaced by a mask, the last-applied annotation and those of `sensitive` included; other objects
 * come back as they are.
 */
export function maskSecret(object: KubeObject, sensitive: readonly string[] = []): KubeObject {
  if (!isSecret(object)) return object;
  const { annotations } = object.metadata;
  const masked = annotations && maskKeys(annotations, [lastAppliedAnnotation, ...sensitive]);
  return {
    ...object,
    metadata: masked ? { ...object.metadata, annotations: masked } : object.metadata,
    ...maskMap(object, 'data'),
    ...maskMap(object, 'stringData'),
  };
}

function maskKeys<T>(map: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T | string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, keys.includes(key) ? MASK : value]));
}

function maskMap(object: KubeObject, field: string): Record<string, Json> {
  const map = object[field];
  if (map === null || typeof map !== 'object' || Array.isArray(map)) return {};
  return { [field]: Object.fromEntries(Object.keys(map as JsonObject).map((key) => [key, MASK])) };
}

/** The values on both sides of one field of a Secret that differs, as they may be shown. */
export function maskField(
  field: string,
  { desired, live }: { readonly desired: Json | undefined; readonly live: Json | undefined },
  sensitive: readonly string[],
): { desired?: Json; live?: Json } {
  const at = '.metadata.annotations';
  const isValue = /^\.(data|stringData)\b/.test(field) || sensitive.some((key) => field === `${at}.${key}`);
  if (isValue) return maskPair(desired, live);
  // Where no annotation was there before, all of them differ as one.
  const shown = (value: Json): Json => (field === at && isMap(value) ? maskKeys(value, sensitive) : value);
  return {
    ...(desired === undefined ? {} : { desired: shown(desired) }),
    ...(live === undefined ? {} : { live: shown(live) }),
  };
}

/**
 * Masks one value of a field diff; `other` is the value on the other side. Equal values get equal masks, different ones
 * masks of different length, so that a reader sees that something changed but not what.
 */
function maskPair(desired: Json | undefined, live: Json | undefined): { desired?: Json; live?: Json } {
  const same = desired === live;
  return {
    ...(desired === undefined ? {} : { desired: MASK }),
    ...(live === undefined ? {} : { live: same ? MASK : `${MASK}++` }),
  };
}
