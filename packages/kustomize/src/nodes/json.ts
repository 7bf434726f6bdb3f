// Trees to JSON and back, as kustomize converts them on its way through JSON (kyaml:yaml/rnode.go MarshalJSON,
// UnmarshalJSON, FromMap, v0.21.1).

import type { Json, YamlNode } from '@evenkeel/resource';

import { KustomizeError } from '../problems.ts';
import { resolvePlain, scalarJson } from './scalars.ts';
import {
  type Node,
  TAG_BOOL,
  TAG_FLOAT,
  TAG_INT,
  TAG_NULL,
  TAG_STR,
  makeCollection,
  makeScalar,
  textOf,
} from './tree.ts';
import { isYaml11NonString } from './scalars.ts';

/** An object under construction. */
export type JsonRecord = { [key: string]: Json };

/**
 * The JSON value of a tree. Throws KustomizeError (OUTPUT) for what kustomize could not print: repeated keys, keys that
 * are no strings, numbers JSON has not. Within a flow collection ("{a: , b: [c: ]}") nothing is an empty text, because
 * kustomize prints the tree on its way and yaml.v3 quotes what is empty there (yaml:emitterc.go select_scalar_style).
 */
export function nodeJson(node: YamlNode, isRoot = true, inFlow = false): Json {
  const flow = inFlow || node.style === 'flow';
  switch (node.kind) {
    case 'mapping':
      return node.tag === TAG_NULL ? null : mappingJson(node, isRoot, flow);
    case 'sequence':
      return node.tag === TAG_NULL ? null : node.content.map((item) => nodeJson(item, false, flow));
    case 'scalar':
      return flow && isUnwritten(node) ? '' : finite(scalarJson(node), node);
    case 'alias':
      return node.alias === undefined ? null : nodeJson(node.alias, false, flow);
    case 'document':
      return node.content[0] === undefined ? null : nodeJson(node.content[0], isRoot, flow);
  }
}

function isUnwritten(node: YamlNode): boolean {
  return node.value === '' && node.style === 'plain' && node.tag === TAG_NULL;
}

function finite(value: Json, node: YamlNode): Json {
  if (typeof value !== 'number') return value;
  if (Number.isFinite(value)) return value + 0;
  const word = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  throw new KustomizeError('OUTPUT', `json: unsupported value: ${word}`, node);
}

function mappingJson(node: YamlNode, isRoot: boolean, inFlow: boolean): JsonRecord {
  const result: JsonRecord = {};
  const content = node.content;
  for (let index = 0; index + 1 < content.length; index += 2) {
    const key = content[index];
    const value = content[index + 1];
    if (key === undefined || value === undefined) continue;
    const name = keyText(key, isRoot);
    if (Object.hasOwn(result, name)) {
      const message = `yaml: unmarshal errors:\n  line ${String(key.line)}: mapping key ${JSON.stringify(name)} already defined`;
      throw new KustomizeError('OUTPUT', message, key);
    }
    if (name === '__proto__') {
      Object.defineProperty(result, name, { value: nodeJson(value, false, inFlow), enumerable: true, writable: true });
    } else {
      result[name] = nodeJson(value, false, inFlow);
    }
  }
  return result;
}

/** Go decodes an inner map with a key that is no string into a type that JSON cannot express. */
function keyText(key: YamlNode, isRoot: boolean): string {
  if (key.kind !== 'scalar') throw new KustomizeError('OUTPUT', 'yaml: invalid map key', key);
  if (isRoot || key.tag === TAG_STR || key.style !== 'plain') return key.value;
  const tag = key.tag === '' ? resolvePlain(key.value).tag : key.tag;
  if (tag === TAG_STR || tag === '!!merge') return key.value;
  throw new KustomizeError('OUTPUT', 'json: unsupported type: map[interface {}]interface {}', key);
}

/** A tree from JSON, with the styles that yaml.v3 gives what it writes. Large integers stay exact. */
export function nodeFromJson(value: Json): YamlNode {
  if (value === null) return makeScalar('null', TAG_NULL);
  if (typeof value === 'boolean') return makeScalar(String(value), TAG_BOOL);
  if (typeof value === 'number' || typeof value === 'bigint') return numberNode(value);
  if (typeof value === 'string') return stringNode(value);
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return makeCollection('sequence', items.map(nodeFromJson));
  }
  const content: YamlNode[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) content.push(stringNode(key), nodeFromJson(item as Json));
  }
  return makeCollection('mapping', content);
}

function stringNode(text: string): YamlNode {
  const style = text.includes('\n') ? 'literal' : text === '' || isYaml11NonString(text) ? 'double' : 'plain';
  return makeScalar(text, TAG_STR, style);
}

function numberNode(value: number | bigint): YamlNode {
  const text = typeof value === 'bigint' ? String(value) : formatFloat(value);
  return makeScalar(text, /^-?\d+$/.test(text) ? TAG_INT : TAG_FLOAT);
}

/** A float as Go's %g with the shortest precision prints it: 1e+06, 0.5, 1e-07. */
export function formatFloat(value: number): string {
  if (value === 0) return '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return String(value);
  const sign = exponent < 0 ? '-' : '+';
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** The same tree as if it had gone to JSON and back, trails kept: what a JSON patch leaves of a tree. */
export function renewed(node: YamlNode): YamlNode {
  const tracked: Node = node;
  const result: Node = renew(node);
  if (tracked.trail !== undefined) result.trail = tracked.trail;
  result.line = node.line;
  result.column = node.column;
  return result;
}

/** Go reads JSON numbers as floats where it does not know better: integers beyond 2^53 lose their last digits. */
export function asFloat(value: Json): Json {
  return typeof value === 'bigint' ? Number(value) : value;
}

function renew(node: YamlNode): YamlNode {
  switch (node.kind) {
    case 'mapping': {
      const content: YamlNode[] = [];
      for (let index = 0; index + 1 < node.content.length; index += 2) {
        const key = node.content[index];
        const value = node.content[index + 1];
        if (key !== undefined && value !== undefined) content.push(stringNode(key.value), renewed(value));
      }
      return makeCollection('mapping', content);
    }
    case 'sequence':
      return makeCollection('sequence', node.content.map(renewed));
    case 'scalar':
      return nodeFromJson(asFloat(scalarJson(node)));
    case 'alias':
    case 'document':
      return nodeFromJson(textOf(node));
  }
}
