// An object in Go's notation (%#v), with which kustomize begins its message about an object it cannot print.

import type { Json, YamlNode } from '@evenkeel/resource';

import { byCodePoint } from '../nodes/edit.ts';
import { resolvePlain, scalarJson } from '../nodes/scalars.ts';
import { TAG_FLOAT } from '../nodes/tree.ts';

/** The notation of a tree as yaml.v3 decodes it. */
export function goSyntax(node: YamlNode, isRoot = true): string {
  switch (node.kind) {
    case 'mapping':
      return goMap(node, isRoot);
    case 'sequence':
      return `[]interface {}{${node.content.map((item) => goSyntax(item, false)).join(', ')}}`;
    case 'scalar':
      return goScalar(scalarJson(node), isFloat(node));
    case 'alias':
      return node.alias === undefined ? 'interface {}(nil)' : goSyntax(node.alias, false);
    case 'document':
      return node.content[0] === undefined ? 'interface {}(nil)' : goSyntax(node.content[0], isRoot);
  }
}

function goMap(node: YamlNode, isRoot: boolean): string {
  const entries: { readonly key: YamlNode; readonly text: string }[] = [];
  for (let index = 0; index + 1 < node.content.length; index += 2) {
    const key = node.content[index];
    const value = node.content[index + 1];
    if (key !== undefined && value !== undefined) entries.push({ key, text: goSyntax(value, false) });
  }
  const stringKeys = isRoot || entries.every(({ key }) => typeof scalarJson(key) === 'string');
  entries.sort((left, right) => byCodePoint(left.key.value, right.key.value));
  const shown = entries.map(({ key, text }) => {
    const name = stringKeys ? JSON.stringify(key.value) : goScalar(scalarJson(key), isFloat(key));
    return `${name}:${text}`;
  });
  return `map[${stringKeys ? 'string' : 'interface {}'}]interface {}{${shown.join(', ')}}`;
}

function isFloat(node: YamlNode): boolean {
  return node.tag === TAG_FLOAT || (node.tag === '' && resolvePlain(node.value).tag === TAG_FLOAT);
}

function goScalar(value: Json, float: boolean): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object') return '';
  if (typeof value !== 'number' || !float) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}
