// Secret values never leave memory in clear. A masked diff still tells equal from different.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';

const MASK = '++++++++';

/** True for v1/Secret. */
export function isSecret(object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return object.apiVersion === 'v1' && object.kind === 'Secret';
}

/** A Secret with every value replaced by a mask, last-applied annotation included; other objects come back as they are. */
export function maskSecret(object: KubeObject): KubeObject {
  if (!isSecret(object)) return object;
  const { annotations } = object.metadata;
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
  const metadata =
    annotations && lastApplied in annotations
      ? { ...object.metadata, annotations: { ...annotations, [lastApplied]: MASK } }
      : object.metadata;
  return {
    ...object,
    metadata,
    ...maskMap(object, 'data'),
    ...maskMap(object, 'stringData'),
  };
}

function maskMap(object: KubeObject, field: string): Record<string, Json> {
  const map = object[field];
  if (map === null || typeof map !== 'object' || Array.isArray(map)) return {};
  return { [field]: Object.fromEntries(Object.keys(map as JsonObject).map((key) => [key, MASK])) };
}

/**
 * Masks one value of a field diff; `other` is the value on the other side. Equal values get equal masks, different ones
 * masks of different length, so that a reader sees that something changed but not what.
 */
export function maskPair(desired: Json | undefined, live: Json | undefined): { desired?: Json; live?: Json } {
  const same = desired === live;
  return {
    ...(desired === undefined ? {} : { desired: MASK }),
    ...(live === undefined ? {} : { live: same ? MASK : `${MASK}++` }),
  };
}
