// Writing YAML: nodes as kyaml writes them, values as sigs.k8s.io/yaml and yaml.v3 do.

import type { Json, JsonObject } from '../json.ts';
import type { EmitEvent } from './emit-events.ts';
import { Emitter } from './emitter.ts';
import { formatGoFloat } from './go-syntax.ts';
import { sortKeys } from './key-order.ts';
import type { YamlNode } from './node.ts';
import { isTimestamp, resolvePlain, resolveTag } from './resolve.ts';
import type { YamlDialect } from './scan-state.ts';
import { serializeNode } from './serialize.ts';

export interface EmitYamlOptions {
  /** Columns per level; kyaml's 2 unless given. yaml.v3's own default is 4. */
  readonly indent?: number;
  /** Sequences in mappings stay at the key's column, as kyaml's compact style has it. Default true. */
  readonly compactSequences?: boolean;
}

/** sigs.k8s.io/yaml folds long lines at this column; yaml.v3 never does. */
const SIGS_WIDTH = 80;

/**
 * Writes document nodes (or bare nodes, each as a document) with their comments and styles, with "---" between them.
 * Mirrors sigs.k8s.io/kustomize/kyaml v0.21.1 yaml.NewEncoder on go.yaml.in/yaml/v3 3.0.5.
 */
export function emitYamlNodes(nodes: readonly YamlNode[], options: EmitYamlOptions = {}): string {
  const emitter = new Emitter({
    dialect: 'v3',
    indent: normalIndent(options.indent),
    compactSequences: options.compactSequences ?? true,
    width: Number.POSITIVE_INFINITY,
  });
  for (const node of nodes) {
    if (node.kind === 'document') {
      serializeNode(node, emitter);
    } else {
      emitter.emit({ type: 'documentStart' });
      serializeNode(node, emitter);
      emitter.emit({ type: 'documentEnd' });
    }
  }
  return emitter.out;
}

/** Writes a value as sigs.k8s.io/yaml 1.6.0 `Marshal` does: keys sorted, two columns, lines folded at 80. */
export function emitSigsYaml(value: Json): string {
  const emitter = new Emitter({ dialect: 'sigs', indent: 2, compactSequences: true, width: SIGS_WIDTH });
  return emitValue(value, emitter, 'sigs');
}

/**
 * Writes a value as yaml.v3 `Marshal` does with kyaml's settings (two columns, compact sequences) unless `options` say
 * otherwise: keys sorted, lines never folded. Numbers without a fraction are taken for ints.
 */
export function emitYamlV3(value: Json, options: EmitYamlOptions = {}): string {
  const emitter = new Emitter({
    dialect: 'v3',
    indent: normalIndent(options.indent),
    compactSequences: options.compactSequences ?? true,
    width: Number.POSITIVE_INFINITY,
  });
  return emitValue(value, emitter, 'v3');
}

/** Makes a node tree of a value, in its own key order, as kyaml makes one of data: strings that need quotes get them. */
export function jsonToYamlNode(value: Json): YamlNode {
  const root = shallowNode(value);
  const pending = [{ value, node: root }];
  for (let open = pending.pop(); open !== undefined; open = pending.pop()) {
    const { value: parent, node } = open;
    const add = (member: Json): void => {
      const child = shallowNode(member);
      node.content.push(child);
      if (child.kind !== 'scalar') pending.push({ value: member, node: child });
    };
    if (parent === null || typeof parent !== 'object') continue;
    if (isArray(parent)) {
      for (const member of parent) add(member);
      continue;
    }
    for (const [key, member] of Object.entries(parent)) {
      if (member === undefined) continue;
      add(key);
      add(member);
    }
  }
  return root;
}

/** The node of a value without what is inside it. */
function shallowNode(value: Json): YamlNode {
  const node = blankNode('scalar', '!!null');
  if (value === null) return { ...node, value: 'null' };
  if (typeof value === 'object') return isArray(value) ? blankNode('sequence', '!!seq') : blankNode('mapping', '!!map');
  if (typeof value === 'boolean') return { ...node, tag: '!!bool', value: String(value) };
  if (typeof value === 'string') {
    const style = value.includes('\n') ? 'literal' : isPlainString(value, 'v3') ? 'plain' : 'double';
    return { ...node, tag: '!!str', value, style };
  }
  const text = formatNumber(value, 'v3');
  return { ...node, tag: resolveTag(text), value: text };
}

function blankNode(kind: YamlNode['kind'], tag: string): YamlNode {
  return { kind, style: 'plain', tag, value: '', content: [], line: 0, column: 0 };
}

/** go-yaml falls back to 2 outside 2 to 9. */
function normalIndent(indent: number | undefined): number {
  return indent === undefined || indent < 2 || indent > 9 ? 2 : indent;
}

/** A collection whose members are being written. */
interface Open {
  readonly end: EmitEvent;
  readonly array: readonly Json[] | undefined;
  readonly object: JsonObject | undefined;
  readonly keys: readonly string[];
  next: number;
}

function emitValue(value: Json, emitter: Emitter, dialect: YamlDialect): string {
  const stack: Open[] = [];
  emitter.emit({ type: 'documentStart' });
  startValue(value, emitter, { dialect, stack });
  for (;;) {
    const open = stack[stack.length - 1];
    if (open === undefined) break;
    const at = open.next++;
    if (open.array !== undefined && at < open.array.length) {
      startValue(open.array[at] ?? null, emitter, { dialect, stack });
    } else if (open.object !== undefined && at < open.keys.length) {
      const key = open.keys[at] ?? '';
      emitString(key, emitter, dialect);
      startValue(open.object[key] ?? null, emitter, { dialect, stack });
    } else {
      stack.pop();
      emitter.emit(open.end);
    }
  }
  emitter.emit({ type: 'documentEnd' });
  return emitter.out;
}

function startValue(value: Json, emitter: Emitter, state: { dialect: YamlDialect; stack: Open[] }): void {
  const { dialect, stack } = state;
  if (typeof value === 'string') return emitString(value, emitter, dialect);
  if (value === null || typeof value !== 'object') {
    const text = value === null ? 'null' : typeof value === 'boolean' ? String(value) : formatNumber(value, dialect);
    return emitter.emit({ type: 'scalar', value: text, style: 'plain' });
  }
  if (isArray(value)) {
    emitter.emit({ type: 'sequenceStart', flow: false, empty: value.length === 0 });
    stack.push({ end: { type: 'sequenceEnd' }, array: value, object: undefined, keys: [], next: 0 });
  } else {
    const keys = sortKeys(
      Object.keys(value).filter((key) => value[key] !== undefined),
      dialect,
    );
    emitter.emit({ type: 'mappingStart', flow: false, empty: keys.length === 0 });
    stack.push({ end: { type: 'mappingEnd' }, array: undefined, object: value, keys, next: 0 });
  }
  return undefined;
}

function isArray(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

function emitString(value: string, emitter: Emitter, dialect: YamlDialect): void {
  const style = value.includes('\n') ? 'literal' : isPlainString(value, dialect) ? 'plain' : 'double';
  emitter.emit({ type: 'scalar', value, style });
}

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Whether a string reads back as a string without quotes, by the rules of either version of YAML. */
function isPlainString(value: string, dialect: YamlDialect): boolean {
  // Nothing that starts with a letter and is longer than "false" is special.
  const c = value.charCodeAt(0);
  if (c >= 0x41 && value.length > 5) return true;
  if (typeof resolvePlain(value, 'sigs') !== 'string') return false;
  if (dialect === 'v3' && typeof resolvePlain(value, 'v3') !== 'string') return false;
  return !isTimestamp(value) && !BASE_60.test(value);
}

/** A number as go-yaml prints it: ints in full, floats in Go's shortest %g form. */
function formatNumber(value: number | bigint, dialect: YamlDialect): string {
  if (typeof value === 'bigint') return String(value);
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  if (Number.isSafeInteger(value)) return Object.is(value, -0) && dialect === 'v3' ? '-0' : String(value);
  if (dialect === 'sigs') {
    // sigs goes through JSON text, where a large float without an exponent looks like an int.
    const text = value.toString();
    const reread = resolvePlain(text, 'sigs');
    if (typeof reread === 'bigint') return text;
  }
  return formatGoFloat(value);
}
