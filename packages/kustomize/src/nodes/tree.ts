// Reading and making YAML nodes: what kyaml's RNode getters do (kyaml:yaml/rnode.go, v0.21.1), as plain functions.

import { type YamlNode, type YamlStyle, emitYamlNodes } from '@evenkeel/resource';

import { KustomizeError } from '../problems.ts';
import type { Touch } from './touch.ts';

/** A node that may remember who touched it; the field exists only in builds that ask for origins. */
export interface Node extends YamlNode {
  trail?: readonly Touch[];
}

export const TAG_NULL = '!!null';
export const TAG_STR = '!!str';
export const TAG_INT = '!!int';
export const TAG_BOOL = '!!bool';
export const TAG_FLOAT = '!!float';
export const TAG_MAP = '!!map';

/** A new scalar; an empty tag lets its text decide the type. */
export function makeScalar(value: string, tag = '', style: YamlStyle = 'plain'): YamlNode {
  return { kind: 'scalar', style, tag, value, content: [], line: 0, column: 0 };
}

/** A new string, written as a block where it has several lines. */
export function makeString(value: string): YamlNode {
  return makeScalar(value, TAG_STR, value.includes('\n') ? 'literal' : 'plain');
}

/** A new collection. An empty tag is what kyaml's LookupCreate leaves; it means the same when written. */
export function makeCollection(kind: 'mapping' | 'sequence', content: YamlNode[] = []): YamlNode {
  return { kind, style: 'plain', tag: '', value: '', content, line: 0, column: 0 };
}

/** True for nothing at all and for an explicit null. */
export function isNull(node: YamlNode | undefined): boolean {
  return node === undefined || node.tag === TAG_NULL;
}

/** True for nothing, null, {} and []. */
export function isNilOrEmpty(node: YamlNode | undefined): boolean {
  if (node === undefined || node.tag === TAG_NULL) return true;
  return (node.kind === 'mapping' || node.kind === 'sequence') && node.content.length === 0;
}

/** True for a scalar that is, or may be read as, a string. */
export function isStringNode(node: YamlNode): boolean {
  return node.kind === 'scalar' && (node.tag === TAG_STR || node.tag === '');
}

/** The value under `name`, without complaint about a node that is no mapping. */
export function fieldOf(node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node === undefined) return undefined;
  const content = node.content;
  for (let index = 0; index < content.length; index += 2) {
    if (content[index]?.value === name) return content[index + 1];
  }
  return undefined;
}

/** The text of a scalar; '' for nothing and for null. */
export function textOf(node: YamlNode | undefined): string {
  return node === undefined || node.tag === TAG_NULL ? '' : node.value;
}

const KIND_NAMES = {
  document: 'DocumentNode',
  mapping: 'MappingNode',
  sequence: 'SequenceNode',
  scalar: 'ScalarNode',
  alias: 'AliasNode',
} as const;

/** Raised where a path leads to another kind of node than it must (kyaml: InvalidNodeKindError). */
export class NodeKindError extends KustomizeError {
  readonly actual: YamlNode['kind'];
  constructor(expected: YamlNode['kind'], node: YamlNode) {
    super(
      'TRANSFORMER',
      `wrong node kind: expected ${KIND_NAMES[expected]} but got ${KIND_NAMES[node.kind]}: node contents:\n${emitYamlNodes([node])}`,
    );
    this.actual = node.kind;
  }
}

/** Refuses a node of another kind; nothing and null pass. */
export function demandKind(node: YamlNode | undefined, kind: YamlNode['kind']): void {
  if (node !== undefined && node.tag !== TAG_NULL && node.kind !== kind) throw new NodeKindError(kind, node);
}

/** A deep copy that keeps trails. Aliases keep pointing where they point. */
export function copyNode(node: Node): YamlNode {
  const content = node.content;
  const copied: YamlNode[] = content.length === 0 ? [] : content.map(copyNode);
  const copy: Node = { ...node, content: copied };
  return copy;
}

/** Map entries as [key text, value]; what getMapFromMeta reads. */
export function entriesOf(node: YamlNode | undefined): [string, YamlNode][] {
  const entries: [string, YamlNode][] = [];
  if (node === undefined) return entries;
  for (let index = 0; index + 1 < node.content.length; index += 2) {
    const key = node.content[index];
    const value = node.content[index + 1];
    if (key !== undefined && value !== undefined) entries.push([key.value, value]);
  }
  return entries;
}
