// For every leaf field of a rendered document: the template line that wrote it and the values that flowed into it.

import type { OriginSegment } from '@evenkeel/gotemplate';
import { YamlError, type YamlNode, parseYamlNodes } from '@evenkeel/resource';

import type { Chart } from '../chart/chart.ts';
import { type Table, type Value, isTable, originOf } from '../values/table.ts';
import type { RenderedFile } from './engine.ts';
import type { Manifest } from './manifests.ts';
import type { FieldOrigin, SourcePosition, ValueSite, ValueUse } from './request.ts';
import type { Renderable } from './scope.ts';

/** What origins are looked up in. */
export interface OriginContext {
  readonly files: ReadonlyMap<string, RenderedFile>;
  readonly templates: ReadonlyMap<string, Renderable>;
}

/** The origins of a manifest's leaves by JSON pointer; empty for a document that the reader of positions refuses. */
export function fieldOrigins(manifest: Manifest, context: OriginContext): ReadonlyMap<string, FieldOrigin> {
  const file = context.files.get(manifest.source);
  const template = context.templates.get(manifest.source);
  const origins = new Map<string, FieldOrigin>();
  if (file === undefined || template === undefined) return origins;
  const lines = lineStarts(manifest.text);
  const offsetOf = (line: number, column: number): number => (lines[line - 1] ?? 0) + column - 1;
  const tracer = new Tracer(file, template, context);
  const leaves = leavesOf(manifest.text);
  for (const leaf of leaves) {
    const start = offsetOf(leaf.line, leaf.column);
    const end = leafEnd(
      manifest.text,
      start,
      leaf.next === undefined ? undefined : offsetOf(leaf.next.line, leaf.next.column),
    );
    const found = tracer.trace(manifest.offset + start, manifest.offset + end, leaf);
    if (found !== undefined) origins.set(leaf.pointer, found);
  }
  return origins;
}

interface Leaf {
  readonly pointer: string;
  readonly path: readonly string[];
  readonly value: string;
  readonly line: number;
  readonly column: number;
  /** The node that follows in the text. */
  readonly next: { readonly line: number; readonly column: number } | undefined;
}

function leavesOf(text: string): Leaf[] {
  let root: YamlNode | undefined;
  try {
    root = parseYamlNodes(text)[0];
  } catch (error) {
    if (error instanceof YamlError) return [];
    throw error;
  }
  const found: { node: YamlNode; path: string[]; order: number }[] = [];
  const order: YamlNode[] = [];
  const visit = (node: YamlNode, path: string[]): void => {
    if (node.kind === 'document') {
      for (const child of node.content) visit(child, path);
      return;
    }
    order.push(node);
    if (node.kind === 'mapping' && node.content.length > 0) {
      for (let index = 0; index + 1 < node.content.length; index += 2) {
        const key = node.content[index];
        const value = node.content[index + 1];
        if (key === undefined || value === undefined) continue;
        order.push(key);
        visit(value, [...path, key.value]);
      }
    } else if (node.kind === 'sequence' && node.content.length > 0) {
      for (const [index, item] of node.content.entries()) visit(item, [...path, String(index)]);
    } else found.push({ node, path, order: order.length });
  };
  if (root !== undefined) visit(root, []);
  return found.map(({ node, path, order: after }) => ({
    pointer: path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    path,
    value: node.value,
    line: node.line,
    column: node.column,
    next: order[after],
  }));
}

/** A leaf ends where the next node's line begins, or before what follows on its own line; white space is cut. */
function leafEnd(text: string, start: number, next: number | undefined): number {
  let end = next === undefined || next <= start ? text.length : next;
  const newline = text.lastIndexOf('\n', end - 1);
  if (next !== undefined && newline > start) end = newline;
  const lineEnd = text.indexOf('\n', start);
  const first = text.slice(start, lineEnd < 0 ? undefined : lineEnd);
  const isBlock = /^[|>]/.test(first);
  if (!isBlock && !/^["']/.test(first)) end = Math.min(end, start + first.length);
  while (end > start + 1 && /\s/.test(text.charAt(end - 1))) end -= 1;
  return Math.max(end, start + 1);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

const linesOfOutput = new WeakMap<RenderedFile, readonly number[]>();

/** Where the lines of a file's output start; found once, for outputs can be large and their leaves many. */
function outputLines(file: RenderedFile): readonly number[] {
  let lines = linesOfOutput.get(file);
  if (lines === undefined) {
    lines = lineStarts(file.output);
    linesOfOutput.set(file, lines);
  }
  return lines;
}

/** The 0-based line that holds an offset. */
function lineAt(lines: readonly number[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

class Tracer {
  private readonly file: RenderedFile;
  private readonly template: Renderable;
  private readonly context: OriginContext;

  constructor(file: RenderedFile, template: Renderable, context: OriginContext) {
    this.file = file;
    this.template = template;
    this.context = context;
  }

  trace(start: number, end: number, leaf: Leaf): FieldOrigin | undefined {
    const segments = this.overlapping(start, end);
    const [first] = segments;
    if (first === undefined) return undefined;
    const lead = segments.find(({ literal }) => !literal) ?? first;
    const uses = new Map<string, ValueUse>();
    for (const { paths } of segments) {
      for (const path of paths) {
        const use = this.useOf(path, leaf);
        uses.set(use.path, use);
      }
    }
    return {
      template: this.positionIn(lead, lead.literal ? start : lead.start),
      callers: lead.callers.map(({ source, line, column }) => this.position(source, line, column)),
      values: [...uses.values()],
    };
  }

  private overlapping(start: number, end: number): OriginSegment[] {
    const { segments } = this.file;
    let low = 0;
    let high = segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((segments[middle]?.end ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    const found: OriginSegment[] = [];
    for (let index = low; index < segments.length; index += 1) {
      const segment = segments[index];
      if (segment === undefined || segment.start >= end) break;
      if (segment.end > segment.start) found.push(segment);
    }
    return found;
  }

  /** Inside literal text the line is counted from the segment's start. */
  private positionIn(segment: OriginSegment, offset: number): SourcePosition {
    if (!segment.literal || offset <= segment.start) {
      return this.position(segment.source, segment.line, segment.column);
    }
    const lines = outputLines(this.file);
    const line = lineAt(lines, offset);
    const newlines = line - lineAt(lines, segment.start);
    const column = newlines === 0 ? segment.column + offset - segment.start : offset - (lines[line] ?? 0);
    return this.position(segment.source, segment.line + newlines, column);
  }

  private position(source: string, line: number, column: number): SourcePosition {
    return { file: this.context.templates.get(source)?.path ?? source, line, column: column + 1 };
  }

  private useOf(path: string, leaf: Leaf): ValueUse {
    const [root = '', ...rest] = path.split('.');
    if (root === 'Values') {
      const values = this.template.data.get('Values');
      if (isTable(values)) return valuesUse(values, rest, leaf);
    }
    if (root === 'Chart') return chartUse(this.template.chart, path, rest);
    return { path };
  }
}

function valuesUse(values: Table, tokens: readonly string[], leaf: Leaf): ValueUse {
  const keys = resolveKeys(values, tokens);
  const held = valueAt(values, keys);
  // A whole table was written at once (toYaml): the part of it that this leaf is.
  const inner = typeof held === 'object' && held !== null ? innerPath(held, leaf) : [];
  const full = [...keys, ...inner];
  const origin = originOf(values, full);
  const use = { path: ['Values', ...full].join('.') };
  return origin === undefined ? use : { ...use, origin };
}

/** Keys may hold dots themselves: takes the longest key that is there at each step. */
function resolveKeys(values: Table, tokens: readonly string[]): string[] {
  const keys: string[] = [];
  let at: Value | undefined = values;
  let index = 0;
  while (index < tokens.length) {
    let length = 1;
    if (isTable(at)) {
      for (let tried = tokens.length - index; tried > 1; tried -= 1) {
        if (at.has(tokens.slice(index, index + tried).join('.'))) {
          length = tried;
          break;
        }
      }
    }
    const key = tokens.slice(index, index + length).join('.');
    keys.push(key);
    at = isTable(at) ? at.get(key) : Array.isArray(at) ? at[Number(key)] : undefined;
    index += length;
  }
  return keys;
}

function valueAt(values: Value, keys: readonly string[]): Value | undefined {
  let at: Value | undefined = values;
  for (const key of keys) at = isTable(at) ? at.get(key) : Array.isArray(at) ? at[Number(key)] : undefined;
  return at;
}

/** The longest tail of the field's path that leads to a scalar of the same text inside `held`. */
function innerPath(held: Value, leaf: Leaf): readonly string[] {
  for (let from = 0; from < leaf.path.length; from += 1) {
    const tail = leaf.path.slice(from);
    const value = valueAt(held, tail);
    if (value !== undefined && (value === null || typeof value !== 'object') && String(value ?? '') === leaf.value) {
      return tail;
    }
  }
  return [];
}

/** Chart fields stand in Chart.yaml under their own names. */
function chartUse(chart: Chart, path: string, rest: readonly string[]): ValueUse {
  const file = chart.raw.find(({ name }) => name === 'Chart.yaml');
  const [field = ''] = rest;
  if (file === undefined || field === '') return { path };
  const name = field === 'APIVersion' ? 'apiVersion' : `${field.charAt(0).toLowerCase()}${field.slice(1)}`;
  const lines = new TextDecoder().decode(file.data).split('\n');
  const line = lines.findIndex((text) => text.startsWith(`${name}:`));
  if (line < 0) return { path };
  const origin: ValueSite = { source: file.path, line: line + 1, column: 1 };
  return { path, origin };
}
