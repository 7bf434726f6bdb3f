// Objects that the oracles of health checks and resource actions make up.

import type { KubeObject } from '@evenkeel/resource';
import type { Customization } from './argo-cd.ts';
import type { Value } from './health-shapes.ts';

/** An object of a customization's kind with these fields. */
export function identified({ group, kind }: Customization, fields: Readonly<Record<string, Value>>): KubeObject {
  const apiGroup = group.replace(/^_/, 'wild');
  const { metadata, ...rest } = fields;
  return {
    apiVersion: apiGroup === '' ? 'v1' : `${apiGroup}/v1`,
    kind: kind === '_' ? 'Thing' : kind,
    metadata: { name: 'it', namespace: 'shop', ...(metadata as object | undefined) },
    ...rest,
  } as unknown as KubeObject;
}

/** JSON of an object read from YAML, whose large integers are bigints. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => (typeof entry === 'bigint' ? Number(entry) : entry));
}

/** A number for a text, the same in every run (FNV-1a). */
export function hash(text: string): number {
  let value = 2166136261;
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 16777619);
  return value >>> 0;
}
