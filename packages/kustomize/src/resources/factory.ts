// Makes resources of what a file holds: refuses what has no kind or name, and opens lists
// (api:resource/factory.go, v0.21.1).

import type { Json, YamlNode } from '@evenkeel/resource';

import { type Source, readDocuments } from '../nodes/documents.ts';
import { metadataMap } from '../nodes/edit.ts';
import { nodeFromJson, nodeJson } from '../nodes/json.ts';
import { type Node, entriesOf, fieldOf, isNilOrEmpty, isNull, textOf } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';
import { Resource } from './resource.ts';

/** Reads the resources of a text, in order; lists come last, opened. Throws KustomizeError. */
export function resourcesFromText(text: string | Uint8Array, source: Source): Resource[] {
  const queue = checkedNodes(readDocuments(text, source), source.file);
  const result: Resource[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const items = listItems(next, source.file);
    if (items === undefined) result.push(new Resource(next));
    else queue.push(...checkedNodes(items, source.file));
  }
  return result;
}

/** Drops empty nodes; refuses what is not a named object. */
export function checkedNodes(nodes: readonly YamlNode[], file: string): YamlNode[] {
  const result: YamlNode[] = [];
  for (const node of nodes) {
    if (isNilOrEmpty(node)) continue;
    checkIdentity(node, file);
    result.push(node);
  }
  return result;
}

function checkIdentity(node: YamlNode, file: string): void {
  const kind = metaText(node, 'kind');
  const metadata = node.kind === 'mapping' ? fieldOf(node, 'metadata') : undefined;
  const name = metaText(metadata, 'name');
  if (kind !== '' && (name !== '' || kind.endsWith('List'))) return;
  const position = { file, line: node.line, column: node.column };
  if (kind === '') {
    const message = hasNoMeta(node, metadata)
      ? 'missing Resource metadata'
      : `missing kind in object ${goMetaText(node)}`;
    throw new KustomizeError('INVALID_RESOURCE', message, position);
  }
  throw new KustomizeError('INVALID_RESOURCE', `missing metadata.name in object ${goMetaText(node)}`, position);
}

function metaText(node: YamlNode | undefined, field: string): string {
  return node?.kind === 'mapping' ? textOf(fieldOf(node, field)) : '';
}

function hasNoMeta(node: YamlNode, metadata: YamlNode | undefined): boolean {
  if (metaText(node, 'apiVersion') !== '') return false;
  if (isNilOrEmpty(metadata)) return true;
  return ['name', 'namespace', 'labels', 'annotations'].every((field) => isNilOrEmpty(fieldOf(metadata, field)));
}

/** The identity of an object as Go prints its struct. */
function goMetaText(node: YamlNode): string {
  const metadata = fieldOf(node, 'metadata');
  const type = `{${metaText(node, 'apiVersion')} ${metaText(node, 'kind')}}`;
  const name = `{${metaText(metadata, 'name')} ${metaText(metadata, 'namespace')}}`;
  const map = (field: 'labels' | 'annotations'): string => {
    const pairs = isNull(metadata) ? [] : [...metadataMap(node, field)].sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${pairs.map(([key, value]) => `${key}:${value}`).join(' ')}]`;
  };
  return `{${type} {${name} ${map('labels')} ${map('annotations')}}}`;
}

/** The objects in a list; undefined for what is none. */
function listItems(node: Node, file: string): YamlNode[] | undefined {
  const kind = textOf(fieldOf(node, 'kind'));
  if (!kind.endsWith('List')) return undefined;
  const items = fieldOf(node, 'items');
  if (items === undefined) return undefined;
  if (isNull(items)) return [];
  if (items.kind !== 'sequence') {
    const found = items.kind === 'mapping' ? 'map[string]interface {}' : goTypeName(nodeJson(items));
    throw new KustomizeError('INVALID_RESOURCE', `expected array in ${kind}/items, but found ${found}`, {
      file,
      line: items.line,
      column: items.column,
    });
  }
  return items.content.map((item) => renewedItem(item));
}

function goTypeName(value: Json): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' && !Number.isInteger(value) ? 'float64' : 'int';
}

/** Items go through JSON in the original, which settles their types; leaves keep their trail. */
function renewedItem(item: YamlNode): YamlNode {
  const renewed = nodeFromJson(nodeJson(item, false));
  copyTrails(item, renewed);
  return renewed;
}

function copyTrails(from: Node, to: Node): void {
  to.line = from.line;
  to.column = from.column;
  if (from.trail !== undefined) to.trail = from.trail;
  if (from.kind === 'mapping' && to.kind === 'mapping') {
    for (const [key, value] of entriesOf(to)) {
      const source = fieldOf(from, key);
      if (source !== undefined) copyTrails(source, value);
    }
    return;
  }
  if (from.kind !== 'sequence') return;
  for (const [index, value] of to.content.entries()) {
    const source = from.content[index];
    if (source !== undefined) copyTrails(source, value);
  }
}
