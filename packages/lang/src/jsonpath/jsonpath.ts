// Runs kubectl's JSONPath templates over JSON data (k8s.io/client-go/util/jsonpath v0.35), as `-o jsonpath=` prints them.

import type { Json } from '@evenkeel/resource';
import { type Result, err, ok } from '@evenkeel/std';
import { type JsonPathNode, JsonPathFailure, parseJsonPathNodes } from './parser.ts';
import { compareJson, printGo, printJson } from './values.ts';

/** Why a template does not parse or does not fit the data; `message` is kubectl's wording. */
export interface JsonPathError {
  readonly code: 'PARSE' | 'EXECUTE';
  readonly message: string;
}

/** A parsed template. */
export interface JsonPath {
  readonly nodes: readonly JsonPathNode[];
}

export interface JsonPathOptions {
  /** A field that is not there yields nothing instead of an error; kubectl's default. */
  readonly allowMissingKeys?: boolean;
}

/** Parses `{.metadata.name}` and its kin. */
export function parseJsonPath(text: string): Result<JsonPath, JsonPathError> {
  return attempt('PARSE', () => ({ nodes: parseJsonPathNodes(text).nodes }));
}

/** The values each part of the template finds. */
export function findJsonPath(
  path: JsonPath,
  data: Json,
  options: JsonPathOptions = {},
): Result<Json[][], JsonPathError> {
  return attempt('EXECUTE', () => new Evaluation(options.allowMissingKeys ?? false).find(path.nodes, data));
}

/** The text that kubectl prints. */
export function printJsonPath(
  path: JsonPath,
  data: Json,
  options: JsonPathOptions = {},
): Result<string, JsonPathError> {
  const found = findJsonPath(path, data, options);
  return found.ok ? ok(found.value.map((values) => values.map(printJson).join(' ')).join('')) : found;
}

const relaxed = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/;

/** kubectl's RelaxedJSONPathExpression: `a.b`, `.a.b`, `{a.b}` all mean `{.a.b}` (custom columns, --sort-by). */
export function relaxedJsonPath(text: string): Result<string, JsonPathError> {
  if (text === '') return ok(text);
  const match = relaxed.exec(text);
  if (match === null) {
    const message =
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'";
    return err({ code: 'PARSE', message });
  }
  return ok(`{.${match[1] ?? match[2] ?? ''}}`);
}

function attempt<T>(code: JsonPathError['code'], body: () => T): Result<T, JsonPathError> {
  try {
    return ok(body());
  } catch (error) {
    if (error instanceof JsonPathFailure) return err({ code, message: error.message });
    if (error instanceof RangeError) return err({ code, message: 'the data is nested too deeply' });
    throw error;
  }
}

class Evaluation {
  readonly #allowMissing: boolean;
  #beginRange = 0;
  #inRange = 0;
  #endRange = 0;
  #lastEnd: JsonPathNode | undefined;

  constructor(allowMissing: boolean) {
    this.#allowMissing = allowMissing;
  }

  /** FindResults: the nodes of a range are run once for each of its values, up to the end that belongs to it. */
  find(nodes: readonly JsonPathNode[], data: Json): Json[][] {
    const all: Json[][] = [];
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index];
      if (node === undefined) break;
      const results = this.#walk([data], node);
      if (this.#endRange > 0 && this.#endRange <= this.#inRange) {
        this.#endRange--;
        this.#lastEnd = node;
        break;
      }
      if (this.#beginRange === 0) {
        all.push(results);
        continue;
      }
      this.#beginRange--;
      this.#inRange++;
      const rest = nodes.slice(index + 1);
      for (const value of results) all.push(...this.find(rest, value));
      // Without values the nodes are still walked, to find the end.
      if (results.length === 0) this.find(rest, null);
      this.#inRange--;
      const end = this.#lastEnd === undefined ? -1 : nodes.indexOf(this.#lastEnd, index + 1);
      if (end >= 0) index = end;
    }
    return all;
  }

  #walk(input: readonly Json[], node: JsonPathNode): Json[] {
    switch (node.kind) {
      case 'list':
        return this.#list(input, node);
      case 'text':
        return [node.text];
      case 'field':
        return this.#field(input, node.name);
      case 'array':
        return input.flatMap((value) => elements(value, node.bounds));
      case 'filter':
        return input.flatMap((value) => this.#filter(value, node));
      case 'literal':
        return input.map(() => node.value);
      case 'wildcard':
        return input.flatMap(childrenOf);
      case 'recursive':
        return descendants(input);
      case 'union':
        return node.nodes.flatMap((part) => this.#list(input, part));
      case 'identifier':
        return this.#identifier(input, node.name);
    }
  }

  #list(input: readonly Json[], node: JsonPathNode): Json[] {
    let current = [...input];
    for (const part of node.kind === 'list' ? node.nodes : [node]) current = this.#walk(current, part);
    return current;
  }

  #identifier(input: readonly Json[], name: string): Json[] {
    if (name === 'range') {
      this.#beginRange++;
      return [...input];
    }
    if (name !== 'end') throw new JsonPathFailure(`unrecognized identifier ${name}`);
    if (this.#inRange === 0) throw new JsonPathFailure('not in range, nothing to end');
    this.#endRange++;
    return [];
  }

  #field(input: readonly Json[], name: string): Json[] {
    if (input.length === 0) return [];
    const found: Json[] = [];
    for (const value of input) {
      if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) continue;
      const item = (value as Readonly<Record<string, Json | undefined>>)[name];
      if (item !== undefined) found.push(item);
    }
    if (found.length === 0 && !this.#allowMissing) throw new JsonPathFailure(`${name} is not found`);
    return found;
  }

  #filter(value: Json, node: Extract<JsonPathNode, { kind: 'filter' }>): Json[] {
    if (!Array.isArray(value)) {
      const shown = printGo(value);
      throw new JsonPathFailure(`${shown} is not array or slice and cannot be filtered`);
    }
    return value.filter((item: Json) => this.#passes(item, node));
  }

  #passes(item: Json, node: Extract<JsonPathNode, { kind: 'filter' }>): boolean {
    if (node.operator === 'exists') return this.#exists(item, node.left);
    const lefts = this.#list([item], node.left);
    if (lefts.length === 0) return false;
    if (lefts.length > 1) throw new JsonPathFailure('can only compare one element at a time');
    const rights = this.#list([item], node.right);
    if (rights.length === 0) return false;
    if (rights.length > 1) throw new JsonPathFailure('can only compare one element at a time');
    return compareJson(lefts[0] ?? null, rights[0] ?? null, node.operator, isFloatLiteral(node.right));
  }

  #exists(item: Json, left: JsonPathNode): boolean {
    try {
      return this.#list([item], left).length > 0;
    } catch (error) {
      if (error instanceof JsonPathFailure) return false;
      throw error;
    }
  }
}

function isFloatLiteral(node: JsonPathNode): boolean {
  const last = node.kind === 'list' ? node.nodes.at(-1) : node;
  return last?.kind === 'literal' && last.isFloat;
}

function typeText(value: Json): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int64' : 'float64';
}

type Bounds = Extract<JsonPathNode, { kind: 'array' }>['bounds'];

function elements(value: Json, [first, second, third]: Bounds): readonly Json[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw new JsonPathFailure(`${typeText(value)} is not array or slice`);
  const { length } = value;
  let from = first.known ? first.value : 0;
  if (from < 0) from += length;
  let to = second.known ? second.value : length;
  if (to < 0 || (to === 0 && second.derived === true)) to += length;
  if (to === from) return [];
  const outside = (index: number): JsonPathFailure =>
    new JsonPathFailure(`array index out of bounds: index ${index}, length ${length}`);
  if (from >= length || from < 0) throw outside(from);
  if (to > length || to < 0) throw outside(to - 1);
  if (from > to) throw new JsonPathFailure(`starting index ${from} is greater than ending index ${to}`);
  const step = third.known ? third.value : 1;
  if (step <= 0) throw new JsonPathFailure('step must be > 0');
  return value.slice(from, to).filter((_: Json, index: number) => index % step === 0);
}

/** Go walks maps in random order; sorted is one of its possible answers. */
function childrenOf(value: Json): readonly Json[] {
  if (value === null) return [];
  if (typeof value === 'string') return [...new TextEncoder().encode(value)];
  if (typeof value !== 'object') return [];
  if (Array.isArray(value)) return value;
  const entries = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function descendants(input: readonly Json[]): Json[] {
  return input.flatMap((value) => {
    const inner = childrenOf(value);
    return inner.length === 0 ? [] : [value, ...descendants(inner)];
  });
}
