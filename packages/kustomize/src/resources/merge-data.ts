// Joins the data of a generated ConfigMap or Secret with that of the one it merges into (api:resource/resource.go
// MergeDataMapFrom, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import { byCodePoint, clearField, mappingAt, setField } from '../nodes/edit.ts';
import { encodeBase64Lines } from '../nodes/base64.ts';
import { type Node, TAG_STR, entriesOf, fieldOf, makeScalar, textOf } from '../nodes/tree.ts';
import type { Resource } from './resource.ts';

/** Adds the entries of `old` that `resource` lacks, in data and binaryData. */
export function mergeData(resource: Resource, old: Resource): void {
  for (const field of ['data', 'binaryData'] as const) {
    const merged = new Map<string, YamlNode>();
    for (const [key, value] of entriesOf(fieldOf(old.node, field))) merged.set(key, value);
    for (const [key, value] of entriesOf(fieldOf(resource.node, field))) merged.set(key, value);
    clearField(resource.node, field);
    for (const key of [...merged.keys()].sort(byCodePoint)) {
      const source: Node | undefined = merged.get(key);
      const value: Node = dataValue(textOf(source));
      if (source?.trail !== undefined) value.trail = source.trail;
      setField(mappingAt(resource.node, field), key, value);
    }
  }
}

/** A value of a data map: a block where it has several lines. */
export function dataValue(text: string): YamlNode {
  return makeScalar(text, TAG_STR, text.includes('\n') ? 'literal' : 'plain');
}

/** A value that is not text, as base64 in lines of 70. */
export function binaryValue(bytes: Uint8Array): YamlNode {
  return dataValue(encodeBase64Lines(bytes));
}
