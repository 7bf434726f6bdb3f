// Changing YAML nodes in place: what kyaml's FieldSetter, FieldClearer and PathGetter do (kyaml:yaml/fns.go, v0.21.1).
// Node identity is kept on purpose: kyaml shares value nodes between fields, and later edits show in all of them.

import type { YamlNode } from '@evenkeel/resource';

import { KustomizeError } from '../problems.ts';
import { isYaml11NonString } from './scalars.ts';
import { joinTrails } from './trail.ts';
import {
  type Node,
  TAG_NULL,
  demandKind,
  entriesOf,
  fieldOf,
  isNilOrEmpty,
  isNull,
  isStringNode,
  makeCollection,
  makeScalar,
  makeString,
} from './tree.ts';

/** Sets `name` of a mapping. A missing or null value clears the field unless `keep` says that null is meant. */
export function setField(
  map: YamlNode,
  name: string,
  value: YamlNode | undefined,
  options: { readonly keep?: boolean; readonly keyStyle?: YamlNode['style'] } = {},
): void {
  if (value === undefined) {
    clearField(map, name);
    return;
  }
  quoteWhereYaml11Differs(value);
  if (value.tag === TAG_NULL && options.keep !== true) {
    clearField(map, name);
    return;
  }
  if (isNull(map)) {
    map.content.push(makeScalar(name), value);
    return;
  }
  demandKind(map, 'mapping');
  const existing = fieldOf(map, name);
  if (existing === undefined) {
    map.content.push(makeScalar(name, '', options.keyStyle ?? 'plain'), value);
    return;
  }
  copyStyle(existing, value);
  assignNode(existing, value);
}

/** Replaces the value of a scalar and keeps its style; null values change nothing. */
export function setScalar(node: YamlNode, value: YamlNode): void {
  quoteWhereYaml11Differs(value);
  demandKind(node, 'scalar');
  if (isNull(value)) return;
  copyStyle(node, value);
  assignNode(node, value);
}

/** yaml.v3 keeps the mark of an explicit tag among the style bits, so it is inherited with the style. */
function copyStyle(from: YamlNode, to: YamlNode): void {
  if (from === to) return;
  to.style = from.style;
  if (from.tagged === true) to.tagged = true;
  else if (to.tagged === true) delete to.tagged;
}

/** A string that YAML 1.1 would read as something else is written quoted. */
function quoteWhereYaml11Differs(value: YamlNode): void {
  if (value.style === 'plain' && isStringNode(value) && isYaml11NonString(value.value)) value.style = 'double';
}

/** Makes `target` what `source` is, keeping the identity of `target` (Go: *target = *source). */
export function assignNode(target: Node, source: Node): void {
  if (target === source) return;
  const trail = joinTrails(source.trail, target.trail);
  target.kind = source.kind;
  target.style = source.style;
  target.tag = source.tag;
  target.value = source.value;
  target.content = source.content;
  target.line = source.line;
  target.column = source.column;
  if (source.tagged === true) target.tagged = true;
  else if (target.tagged === true) delete target.tagged;
  if (target.anchor !== undefined || source.anchor !== undefined) copyAnchor(target, source);
  if (trail !== undefined) target.trail = trail;
}

function copyAnchor(target: YamlNode, source: YamlNode): void {
  delete target.anchor;
  delete target.alias;
  if (source.anchor !== undefined) target.anchor = source.anchor;
  if (source.alias !== undefined) target.alias = source.alias;
}

/** Removes a field of a mapping; returns its value. */
export function clearField(map: YamlNode, name: string): YamlNode | undefined {
  demandKind(map, 'mapping');
  const content = map.content;
  for (let index = 0; index < content.length; index += 2) {
    if (content[index]?.value !== name) continue;
    const removed = content[index + 1];
    // A fresh array, because another node may share the old one (see assignNode).
    map.content = [...content.slice(0, index), ...content.slice(index + 2)];
    return removed;
  }
  return undefined;
}

/** The mapping under `name`, made where it is missing. A null there is left for the caller to turn into one. */
export function mappingAt(map: YamlNode, name: string): YamlNode {
  const existing = fieldOf(map, name);
  if (existing !== undefined) return existing;
  const created = makeCollection('mapping');
  map.content.push(makeScalar(name), created);
  return created;
}

/** Writes a label or annotation map anew, keys sorted, every value a string (kyaml: setMapInMetadata). */
export function setMetadataMap(
  root: YamlNode,
  field: 'labels' | 'annotations',
  pairs: ReadonlyMap<string, string>,
): void {
  const metadata = mappingAt(root, 'metadata');
  const before = clearField(metadata, field);
  if (pairs.size === 0) return;
  const map = mappingAt(metadata, field);
  const old = before === undefined ? undefined : new Map<string, Node>(entriesOf(before));
  for (const key of [...pairs.keys()].sort(byCodePoint)) {
    const value: Node = makeString(pairs.get(key) ?? '');
    const trail = old?.get(key)?.trail;
    if (trail !== undefined) value.trail = trail;
    quoteWhereYaml11Differs(value);
    map.content.push(makeScalar(key), value);
  }
}

/** The labels or annotations of an object, values as written (kyaml: getMapFromMeta). */
export function metadataMap(root: YamlNode, field: 'labels' | 'annotations'): Map<string, string> {
  const metadata = fieldOf(root, 'metadata');
  const result = new Map<string, string>();
  if (isNilOrEmpty(metadata)) return result;
  const content = fieldOf(metadata, field)?.content ?? [];
  for (let index = 0; index + 1 < content.length; index += 2) {
    result.set(content[index]?.value ?? '', content[index + 1]?.value ?? '');
  }
  return result;
}

/** Sets one annotation, quoted (kyaml: SetAnnotation). */
export function setAnnotation(root: YamlNode, key: string, text: string): void {
  clearEmptyAnnotations(root);
  const metadata = mappingAt(root, 'metadata');
  const value = makeString(text);
  value.style = 'single';
  setField(demandMapping(mappingAt(metadata, 'annotations')), key, value);
}

/** Sets one label, quoted (kyaml: SetLabel). */
export function setLabel(root: YamlNode, key: string, text: string): void {
  const value = makeString(text);
  value.style = 'single';
  setField(demandMapping(mappingAt(mappingAt(root, 'metadata'), 'labels')), key, value);
}

function demandMapping(node: YamlNode): YamlNode {
  demandKind(node, 'mapping');
  return node;
}

function clearEmptyAnnotations(root: YamlNode): void {
  const metadata = fieldOf(root, 'metadata');
  if (metadata === undefined) return;
  demandKind(metadata, 'mapping');
  const annotations = fieldOf(metadata, 'annotations');
  if (annotations !== undefined && annotations.content.length === 0) clearField(metadata, 'annotations');
  if (metadata.content.length === 0) clearField(root, 'metadata');
}

/** Go sorts strings by bytes; UTF-16 order differs only above the basic plane, which is corrected here. */
export function byCodePoint(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const surrogates = (a & 0xf800) === 0xd800 || (b & 0xf800) === 0xd800;
    if (!surrogates) return a - b;
    return (left.codePointAt(index) ?? 0) - (right.codePointAt(index) ?? 0);
  }
  return left.length - right.length;
}

/** Refuses an index or key path part that the caller cannot follow. */
export function pathError(message: string): KustomizeError {
  return new KustomizeError('TRANSFORMER', message);
}
