// The answer to "where does this value come from": every leaf of an object with the trail of its sources.

import type { YamlNode } from '@evenkeel/resource';

import type { Touch } from '../nodes/touch.ts';
import { type Node, entriesOf } from '../nodes/tree.ts';

/** A leaf field and who set it, the last one first. */
export interface FieldOrigin {
  /** Names and indexes from the root of the object. */
  readonly path: readonly (string | number)[];
  readonly sources: readonly Touch[];
}

/** The leaves of an object in the order of its tree. A leaf that kustomize itself made up has no sources. */
export function fieldOrigins(root: YamlNode): FieldOrigin[] {
  const found: FieldOrigin[] = [];
  collect(root, [], found);
  return found;
}

function collect(node: Node, path: readonly (string | number)[], found: FieldOrigin[]): void {
  if (node.content.length === 0) {
    found.push({ path, sources: node.trail ?? [] });
  } else if (node.kind === 'mapping') {
    for (const [key, value] of entriesOf(node)) collect(value, [...path, key], found);
  } else {
    for (const [index, item] of node.content.entries()) collect(item, [...path, index], found);
  }
}
