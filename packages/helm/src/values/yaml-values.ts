// YAML files of values: read as sigs.k8s.io/yaml reads them into map[string]interface{}, with positions on request.

import { type Json, type YamlNode, parseYaml, parseYamlNodes } from '@evenkeel/resource';

import type { HelmVersion } from '../chart/chart.ts';
import { trimSpace } from '../go-text.ts';
import { overlayTables } from './coalesce.ts';
import { Table, type Value, type ValueOrigin, setElementOrigins } from './table.ts';

/** Thrown when a text is no table of values. `message` is Go's wording; `line` is 1-based, 0 where unknown. */
export class ValuesError extends Error {
  override readonly name = 'ValuesError';
  readonly line: number;
  readonly column: number;
  constructor(message: string, position: { readonly line: number; readonly column: number } = { line: 0, column: 0 }) {
    super(message);
    this.line = position.line;
    this.column = position.column;
  }
}

/** How a file of values is read. */
export interface LoadValuesOptions {
  readonly version: HelmVersion;
  /** The file's name for origins; undefined when no origins are wanted. */
  readonly source?: string | undefined;
}

/**
 * Reads a file of values. Version 4 merges the documents of a stream, version 3 reads the first only.
 * Throws ValuesError or YamlError. Mirrors helm:pkg/chart/v2/loader/load.go LoadValues (v4.3.0).
 */
export function loadValues(text: string, options: LoadValuesOptions): Table {
  if (options.version === 3) return tableOf(text, { source: options.source, firstLine: 1 });
  let merged: Table | undefined;
  for (const { text: document, firstLine } of splitValueDocuments(text)) {
    const table = prefixed('cannot unmarshal yaml document: ', () =>
      tableOf(document, { source: options.source, firstLine }),
    );
    merged = merged === undefined ? table : overlayTables(merged, table);
  }
  return merged ?? new Table();
}

/** A JSON-like value as Go's json.Unmarshal into interface{} leaves it: every number a float64. */
export function valueFromJson(json: Json | undefined): Value {
  if (json === undefined || json === null) return null;
  if (typeof json === 'bigint') return Number(json);
  if (typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(valueFromJson);
  const table = new Table();
  for (const [key, member] of Object.entries(json)) if (member !== undefined) table.set(key, valueFromJson(member));
  return table;
}

/** The name of a JSON value's type in Go's error texts. */
export function jsonTypeName(json: Json): string {
  if (Array.isArray(json)) return 'array';
  if (json === null) return 'null';
  if (typeof json === 'object') return 'object';
  if (typeof json === 'boolean') return 'bool';
  return typeof json === 'string' ? 'string' : 'number';
}

function tableOf(text: string, at: { readonly source: string | undefined; readonly firstLine: number }): Table {
  const json = parseYaml(text, { dialect: 'sigs' }) ?? null;
  const value = valueFromJson(json);
  if (value === null) return new Table();
  if (!(value instanceof Table)) {
    throw new ValuesError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonTypeName(json)} into Go value of type map[string]interface {}`,
    );
  }
  if (at.source !== undefined) attachOrigins(text, value, { source: at.source, firstLine: at.firstLine });
  return value;
}

function prefixed<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error) {
      const { line = 0, column = 0 } = error as { line?: number; column?: number };
      throw new ValuesError(`${prefix}${error.message}`, { line, column });
    }
    throw error;
  }
}

/** Cuts a stream as apimachinery's YAMLReader does: at lines of three dashes, with nothing but a comment behind. */
function splitValueDocuments(text: string): { text: string; firstLine: number }[] {
  if (!/^---/m.test(text)) return text === '' ? [] : [{ text, firstLine: 1 }];
  const documents: { text: string; firstLine: number }[] = [];
  let buffer = '';
  let firstLine = 1;
  let number = 0;
  for (const line of text.split(/(?<=\n)/)) {
    number += 1;
    if (line.startsWith('---')) {
      const rest = trimSpace(line.slice(3));
      if (rest !== '' && !rest.startsWith('#')) {
        throw new ValuesError(`error reading yaml document: invalid Yaml document separator: ${rest}`, {
          line: number,
          column: 1,
        });
      }
      if (buffer !== '') {
        documents.push({ text: buffer, firstLine });
        buffer = '';
        firstLine = number + 1;
        continue;
      }
    }
    buffer += line;
  }
  if (buffer !== '') documents.push({ text: buffer, firstLine });
  return documents;
}

/** Walks the nodes beside the values, which come from another reader, and notes where each key was written. */
function attachOrigins(text: string, table: Table, at: { readonly source: string; readonly firstLine: number }): void {
  let nodes: readonly YamlNode[];
  try {
    nodes = parseYamlNodes(text);
  } catch {
    // The reader of positions is stricter in places; values without positions are still values.
    return;
  }
  const root = nodes[0]?.kind === 'document' ? nodes[0].content[0] : nodes[0];
  if (root === undefined) return;
  const originOf = (node: YamlNode): ValueOrigin => ({
    source: at.source,
    line: node.line + at.firstLine - 1,
    column: node.column,
  });
  const visit = (value: Value, node: YamlNode, depth: number): void => {
    const target = node.kind === 'alias' ? node.alias : node;
    if (target === undefined || depth > 200) return;
    if (value instanceof Table && target.kind === 'mapping') visitMapping(value, target, depth);
    else if (Array.isArray(value) && target.kind === 'sequence') {
      setElementOrigins(value, target.content.map(originOf));
      for (const [index, item] of value.entries()) {
        const child = target.content[index];
        if (child !== undefined) visit(item, child, depth + 1);
      }
    }
  };
  const visitMapping = (value: Table, node: YamlNode, depth: number): void => {
    for (let index = 0; index + 1 < node.content.length; index += 2) {
      const key = node.content[index];
      const member = node.content[index + 1];
      if (key === undefined || member === undefined) continue;
      if (key.tag === '!!merge') {
        for (const source of member.kind === 'sequence' ? member.content : [member]) visit(value, source, depth + 1);
        continue;
      }
      const held = value.get(key.value);
      if (held === undefined) continue;
      (value.origins ??= new Map()).set(key.value, originOf(key));
      visit(held, member, depth + 1);
    }
  };
  visit(table, root, 0);
}
