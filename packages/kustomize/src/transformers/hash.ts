// The suffix that names a ConfigMap or Secret after its content (api:hasher/hasher.go, v0.21.1).

import type { Json } from '@evenkeel/resource';

import { byCodePoint } from '../nodes/edit.ts';
import { nodeJson } from '../nodes/json.ts';
import { fieldOf } from '../nodes/tree.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import { sha256Hex } from './sha256.ts';

const SUFFIX_LENGTH = 10;
const SAFE: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/** Adds the suffix to every resource that wants one. */
export function addHashSuffixes(map: ResourceMap): void {
  for (const resource of map.resources) {
    if (!resource.needsHashSuffix) continue;
    const suffix = hashSuffix(resource);
    resource.storePreviousId();
    resource.setName(`${resource.name}-${suffix}`);
  }
}

/** Ten characters that stand for the content and can form no word. */
export function hashSuffix(resource: Resource): string {
  const hex = sha256Hex(contentOf(resource)).slice(0, SUFFIX_LENGTH);
  return hex.replaceAll(/[013ae]/g, (char) => SAFE[char] ?? char);
}

function contentOf(resource: Resource): string {
  const value = (field: string): Json => valueOf(resource, field);
  switch (resource.kind) {
    case 'ConfigMap': {
      const binary = value('binaryData');
      const content = { data: value('data'), kind: 'ConfigMap', name: '' };
      return goJson(typeof binary === 'object' ? { binaryData: binary, ...content } : content);
    }
    case 'Secret': {
      const text = value('stringData');
      const content = { data: value('data'), kind: 'Secret', name: '' };
      const rest = typeof text === 'object' ? { ...content, stringData: text } : content;
      return goJson({ ...rest, type: value('type') });
    }
    default:
      return goJson(nodeJson(resource.node));
  }
}

// The original looks the name up by the one key "metadata/name", which never exists: the name is always empty.

function valueOf(resource: Resource, field: string): Json {
  const node = fieldOf(resource.node, field);
  if (node === undefined) return '';
  if (node.kind === 'scalar') return node.value;
  const value = nodeJson(node, true);
  // Go decodes into a map; a list there comes out as null.
  return Array.isArray(value) ? null : value;
}

/** JSON as Go's encoding/json writes it: keys sorted, <, > and & escaped. */
export function goJson(value: Json): string {
  if (typeof value === 'string') return goString(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return `[${items.map(goJson).join(',')}]`;
  }
  const entries = Object.entries(value)
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([left], [right]) => byCodePoint(left, right));
  return `{${entries.map(([key, item]) => `${goString(key)}:${goJson(item)}`).join(',')}}`;
}

function goString(text: string): string {
  return JSON.stringify(text)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
    .replaceAll(/\\u([dD][89abAB][0-9a-fA-F]{2})/g, '\ufffd');
}
