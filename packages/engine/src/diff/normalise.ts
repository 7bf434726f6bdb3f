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
  if (!isSecret(desired)) return withoutTimestamp;
  const { stringData, ...rest } = withoutTimestamp as KubeObject & {
    readonly stringData?: Readonly<Record<string, string>>;
  };
  if (!stringData) return withoutTimestamp;
  const data = { ...(rest['data'] as Readonly<Record<string, string>> | undefined) };
  for (const [key, value] of Object.entries(stringData)) data[key] = base64(value);
  return { ...rest, data };
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
