// What the API server makes of an object before it stores it, as far as every comparison has to know.

import type { KubeObject } from '@evenkeel/resource';
import { isSecret } from './mask.ts';

/**
 * What the API server makes of an object before it compares: stringData of a Secret becomes data, an empty
 * creationTimestamp and status say nothing.
 */
export function normaliseDesired(desired: KubeObject): KubeObject {
  const withoutTimestamp =
    'creationTimestamp' in desired.metadata ? { ...desired, metadata: withoutCreation(desired.metadata) } : desired;
  return isSecret(desired) ? withoutNulls(withData(withoutTimestamp)) : withoutTimestamp;
}

type Values = Readonly<Record<string, string | null>>;

/** `stringData` is written for people; what is stored is `data`. */
function withData(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret as KubeObject & { readonly stringData?: Values };
  if (!stringData) return secret;
  const data = { ...(rest['data'] as Values | undefined) };
  for (const [key, value] of Object.entries(stringData)) data[key] = base64(value ?? '');
  return { ...rest, data };
}

/** A value of nothing is an empty one. */
function withoutNulls(secret: KubeObject): KubeObject {
  const data = secret['data'] as Values | null | undefined;
  if (!data || !Object.values(data).includes(null)) return secret;
  return { ...secret, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value ?? ''])) };
}

function withoutCreation(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const { creationTimestamp: _dropped, ...rest } = metadata;
  return rest;
}

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
