// Replaces aliases by copies and folds merge keys in, within limits: a small file must not grow into a huge tree
// (kyaml:yaml/rnode.go DeAnchor, v0.21.1, which has no limit).

import type { YamlNode } from '@evenkeel/resource';

import { KustomizeError } from '../problems.ts';
import { clearField, setField } from './edit.ts';
import { copyNode, entriesOf } from './tree.ts';

const EXPANDED_NODES_MAX = 500_000;
const DEPTH_MAX = 1000;

interface Budget {
  left: number;
}

/** The same tree without anchors, aliases and merge keys. Throws KustomizeError for cycles and bombs. */
export function deAnchor(root: YamlNode): YamlNode {
  return expand(root, { left: EXPANDED_NODES_MAX }, 0);
}

function expand(node: YamlNode, budget: Budget, depth: number): YamlNode {
  if (depth > DEPTH_MAX) throw new KustomizeError('LIMIT', 'yaml: document is nested too deeply', node);
  if (node.anchor !== undefined) {
    if (node.kind === 'alias') {
      throw new KustomizeError('MALFORMED_YAML', `anchor "${node.anchor}" defined using alias`, node);
    }
    delete node.anchor;
  }
  if (node.kind === 'scalar') return node;
  if (node.kind === 'alias') {
    if (node.alias === undefined) return node;
    const target = expand(node.alias, budget, depth + 1);
    spend(target, budget);
    return copyNode(target);
  }
  if (node.kind === 'mapping') foldMerges(node, budget);
  for (const [index, item] of node.content.entries()) node.content[index] = expand(item, budget, depth + 1);
  return node;
}

function spend(node: YamlNode, budget: Budget): void {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    budget.left -= 1;
    if (budget.left < 0) {
      throw new KustomizeError('LIMIT', 'yaml: document contains excessive aliasing', node);
    }
    for (const item of next.content) pending.push(item);
  }
}

function foldMerges(map: YamlNode, budget: Budget): void {
  let merged: YamlNode | undefined;
  for (let index = 0; index + 1 < map.content.length; index += 2) {
    if (map.content[index]?.tag !== '!!merge') continue;
    if (merged !== undefined) throw new KustomizeError('MALFORMED_YAML', 'duplicate merge key', map);
    merged = map.content[index + 1];
  }
  const sources = merged === undefined ? [] : mergeSources(merged);
  // A key that is spelt so and merges nothing, because it is quoted, goes as well: kyaml:yaml/rnode.go removeMergeTags (0.21).
  clearField(map, '<<');
  if (merged === undefined) return;
  const own = copyNode(map);
  for (const source of sources) {
    spend(source, budget);
    for (const [key, value] of entriesOf(copyNode(source))) putEntry(map, key, value);
  }
  for (const [key, value] of entriesOf(own)) putEntry(map, key, value);
}

function putEntry(map: YamlNode, key: string, value: YamlNode): void {
  for (let index = 0; index < map.content.length; index += 2) {
    if (map.content[index]?.value !== key) continue;
    map.content[index + 1] = value;
    return;
  }
  setField(map, key, value, { keep: true });
}

/** The mappings a merge key names; the last one wins. */
function mergeSources(value: YamlNode): YamlNode[] {
  switch (value.kind) {
    case 'mapping':
      return [value];
    case 'alias':
      if (value.alias?.kind !== 'mapping') {
        throw new KustomizeError('MALFORMED_YAML', 'invalid map merge: received alias for a non-map value', value);
      }
      return [value.alias];
    case 'sequence': {
      const sources: YamlNode[] = [];
      for (const item of value.content) {
        if (item.kind === 'sequence') {
          throw new KustomizeError('MALFORMED_YAML', 'invalid map merge: received a nested sequence', item);
        }
        sources.unshift(...mergeSources(item));
      }
      return sources;
    }
    case 'scalar':
    case 'document':
      throw new KustomizeError('MALFORMED_YAML', 'map merge requires map or sequence of maps as the value', value);
  }
}
