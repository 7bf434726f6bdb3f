// JSON to and from an API server. Go's int64 fields are exact on the wire, so integers a double cannot hold become
// bigints on the way in and are written as plain digits on the way out.

import type { Json, KubeObject } from '@evenkeel/resource';

const UNSAFE_INTEGER = /[:[,\s]-?\d{16,}/;
const INTEGER = /^-?\d+$/;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => Json;
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** Parses JSON text; throws SyntaxError as JSON.parse does. The slow path is taken only where a long number occurs. */
export function parseKubeJson(text: string): Json {
  if (!UNSAFE_INTEGER.test(text)) return JSON.parse(text) as Json;
  return parseWithSource(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
  });
}

/** Writes JSON; bigints become integer literals. */
export function formatKubeJson(value: Json | KubeObject): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'bigint' ? rawJSON(String(member)) : member,
    );
  }
}
