// JSON Patch (RFC 6902) on YAML trees, with the error texts and leniencies of the library that kustomize uses
// (gopkg.in/evanphx/json-patch.v4 v4.13.0): an add to a map may replace, a replace of a missing key sets it.

import type { Json, JsonObject, YamlNode } from '@evenkeel/resource';

import { addTouch } from '../nodes/trail.ts';
import { asFloat, nodeFromJson, nodeJson, renewed } from '../nodes/json.ts';
import type { Touch } from '../nodes/touch.ts';
import { type Node, copyNode, entriesOf, fieldOf, makeScalar, TAG_STR } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';

/** One operation, as decoded from its file; `touch` says where it stands. */
export interface JsonOperation {
  readonly fields: JsonObject;
  readonly touch?: Touch;
}

/** Checks that a value is a list of operations. Throws KustomizeError worded as Go's decoder. */
export function operationsOf(value: Json | undefined): readonly JsonObject[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) {
    const kind = typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw new KustomizeError('PATCH', `json: cannot unmarshal ${kind} into Go value of type jsonpatch.Patch`);
  }
  const items: readonly Json[] = value;
  return items.map((item) => {
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item as JsonObject;
    if (item === null) return {};
    const kind = Array.isArray(item) ? 'array' : typeof item === 'boolean' ? 'bool' : typeof item;
    throw new KustomizeError('PATCH', `json: cannot unmarshal ${kind} into Go value of type jsonpatch.Operation`);
  });
}

/** Applies all operations; returns a new tree. Throws KustomizeError for the first that does not apply. */
export function applyJsonPatch(root: YamlNode, operations: readonly JsonOperation[]): YamlNode {
  const document: Document = { root: renewed(root) };
  for (const operation of operations) applyOperation(document, operation);
  return document.root;
}

interface Document {
  root: YamlNode;
}

type Apply = (document: Document, operation: JsonOperation) => void;

const OPERATIONS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['add', add],
  ['remove', remove],
  ['replace', replace],
  ['move', move],
  ['test', test],
  ['copy', copy],
]);

function kindOf(operation: JsonOperation): string {
  const kind = operation.fields['op'];
  return typeof kind === 'string' ? kind : 'unknown';
}

function applyOperation(document: Document, operation: JsonOperation): void {
  const kind = kindOf(operation);
  const apply = OPERATIONS.get(kind);
  if (apply === undefined) throw fault(`Unexpected kind: ${kind}`);
  apply(document, operation);
}

const MISSING = 'missing value';

function pathOf(operation: JsonOperation, field: 'path' | 'from'): string {
  const path = operation.fields[field];
  if (typeof path === 'string') return path;
  const kind = kindOf(operation);
  // Three of the operations lose the inner words.
  const terse = field === 'path' && (kind === 'add' || kind === 'remove' || kind === 'copy');
  const reason = terse ? MISSING : `operation missing ${field} field: ${MISSING}`;
  throw fault(`${kind} operation failed to decode ${field}: ${reason}`);
}

/** The value to put, marked with the place it stands at; undefined where the operation has none (then null is put). */
function valueOf(operation: JsonOperation): YamlNode {
  const value: Node = nodeFromJson(floats(operation.fields['value'] ?? null));
  if (operation.touch !== undefined) markLeaves(value, operation.touch);
  return value;
}

function floats(value: Json): Json {
  if (value === null || typeof value !== 'object') return asFloat(value);
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return items.map(floats);
  }
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, floats(item ?? null)]);
  return Object.fromEntries(entries);
}

function markLeaves(node: Node, touch: Touch): void {
  if (node.content.length === 0) node.trail = [touch];
  else if (node.kind === 'mapping') for (const [, value] of entriesOf(node)) markLeaves(value, touch);
  else for (const item of node.content) markLeaves(item, touch);
}

interface Spot {
  readonly container: YamlNode;
  readonly key: string;
}

function findSpot(document: Document, path: string): Spot | undefined {
  const parts = path.split('/');
  if (parts.length < 2) return undefined;
  const key = decodeKey(parts[parts.length - 1] ?? '');
  let at: YamlNode | undefined = document.root;
  for (const part of parts.slice(1, -1)) {
    at = at === undefined ? undefined : childAt(at, decodeKey(part));
    if (at === undefined || at.kind === 'scalar') return undefined;
  }
  return at === undefined ? undefined : { container: at, key };
}

function childAt(node: YamlNode, key: string): YamlNode | undefined {
  if (node.kind === 'mapping') return fieldOf(node, key);
  if (node.kind !== 'sequence' || !/^[+-]?\d+$/.test(key)) return undefined;
  const index = Number(key);
  return node.content[index < 0 ? index + node.content.length : index];
}

function decodeKey(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function add(document: Document, operation: JsonOperation): void {
  const path = pathOf(operation, 'path');
  const spot = findSpot(document, path);
  if (spot === undefined) throw fault(`add operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  prefixFault(`error in add for path: '${path}'`, () => addAt(spot, valueOf(operation)));
}

function addAt(spot: Spot, value: YamlNode): void {
  const { container, key } = spot;
  if (container.kind === 'mapping') {
    putAt(container, key, value);
    return;
  }
  if (key === '-') {
    container.content.push(value);
    return;
  }
  if (!/^[+-]?\d+$/.test(key)) {
    throw fault(`value was not a proper array index: '${key}': strconv.Atoi: parsing "${key}": invalid syntax`);
  }
  const index = indexIn(container, Number(key), 1);
  container.content.splice(index, 0, value);
}

function putAt(map: YamlNode, key: string, value: YamlNode): void {
  for (let index = 0; index < map.content.length; index += 2) {
    if (map.content[index]?.value !== key) continue;
    const old: Node | undefined = map.content[index + 1];
    map.content[index + 1] = value;
    // The history of a leaf goes on where a leaf takes its place.
    if (old?.trail !== undefined && value.content.length === 0) {
      const tracked: Node = value;
      tracked.trail = [...(tracked.trail ?? []), ...old.trail];
    }
    return;
  }
  map.content.push(makeScalar(key, TAG_STR), value);
}

function indexIn(list: YamlNode, index: number, extra: 0 | 1): number {
  const size = list.content.length + extra;
  if (index >= size || index < -size)
    throw fault(`Unable to access invalid index: ${String(index)}: invalid index referenced`);
  return index < 0 ? index + size : index;
}

function existingIndex(list: YamlNode, key: string): number {
  if (!/^[+-]?\d+$/.test(key)) throw fault(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  return indexIn(list, Number(key), 0);
}

function remove(document: Document, operation: JsonOperation): void {
  const path = pathOf(operation, 'path');
  const spot = findSpot(document, path);
  if (spot === undefined) throw fault(`remove operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  prefixFault(`error in remove for path: '${path}'`, () => removeAt(spot));
}

function removeAt(spot: Spot): void {
  const { container, key } = spot;
  if (container.kind === 'sequence') {
    container.content.splice(existingIndex(container, key), 1);
    return;
  }
  const index = container.content.findIndex((node, at) => at % 2 === 0 && node.value === key);
  if (index < 0) throw fault(`Unable to remove nonexistent key: ${key}: ${MISSING}`);
  container.content.splice(index, 2);
}

function getAt(spot: Spot): YamlNode | undefined {
  const { container, key } = spot;
  if (container.kind === 'mapping') return fieldOf(container, key);
  return container.content[existingIndex(container, key)];
}

function replace(document: Document, operation: JsonOperation): void {
  const path = pathOf(operation, 'path');
  if (path === '') {
    const value = valueOf(operation);
    if (value.kind === 'scalar') throw fault('replace operation value must be object or array: %!w(<nil>)');
    document.root = value;
    return;
  }
  const spot = findSpot(document, path);
  if (spot === undefined) throw fault(`replace operation does not apply: doc is missing path: ${path}: ${MISSING}`);
  if (spot.container.kind === 'mapping') {
    putAt(spot.container, spot.key, valueOf(operation));
    return;
  }
  const index = replaceIndex(spot, path);
  const value: Node = valueOf(operation);
  const old: Node | undefined = spot.container.content[index];
  if (old?.trail !== undefined && value.content.length === 0) value.trail = [...(value.trail ?? []), ...old.trail];
  spot.container.content[index] = value;
}

function replaceIndex(spot: Spot, path: string): number {
  try {
    return existingIndex(spot.container, spot.key);
  } catch {
    throw fault(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`);
  }
}

function move(document: Document, operation: JsonOperation): void {
  const from = pathOf(operation, 'from');
  const source = findSpot(document, from);
  if (source === undefined) throw fault(`move operation does not apply: doc is missing from path: ${from}: ${MISSING}`);
  let value: YamlNode | undefined;
  prefixFault(`error in move for path: '${source.key}'`, () => {
    value = getAt(source);
    removeAt(source);
  });
  const path = pathOf(operation, 'path');
  const spot = findSpot(document, path);
  if (spot === undefined)
    throw fault(`move operation does not apply: doc is missing destination path: ${path}: ${MISSING}`);
  const moved = value ?? nodeFromJson(null);
  if (operation.touch !== undefined && moved.content.length === 0) addTouch(moved, operation.touch);
  prefixFault(`error in move for path: '${path}'`, () => addAt(spot, moved));
}

function copy(document: Document, operation: JsonOperation): void {
  const from = pathOf(operation, 'from');
  const source = findSpot(document, from);
  if (source === undefined) throw fault(`copy operation does not apply: doc is missing from path: ${from}: ${MISSING}`);
  let value: YamlNode | undefined;
  prefixFault(`error in copy for from: '${from}'`, () => {
    value = getAt(source);
  });
  const path = pathOf(operation, 'path');
  const spot = findSpot(document, path);
  if (spot === undefined)
    throw fault(`copy operation does not apply: doc is missing destination path: ${path}: ${MISSING}`);
  const copied = value === undefined ? nodeFromJson(null) : copyNode(value);
  if (operation.touch !== undefined && copied.content.length === 0) addTouch(copied, operation.touch);
  prefixFault('error while adding value during copy', () => addAt(spot, copied));
}

function test(document: Document, operation: JsonOperation): void {
  const path = pathOf(operation, 'path');
  const failed = fault(`testing value ${path} failed: test failed`);
  const expected = operation.fields['value'] ?? null;
  if (path === '') {
    if (!sameJson(nodeJson(document.root), expected)) throw failed;
    return;
  }
  const spot = findSpot(document, path);
  if (spot === undefined) throw fault(`test operation does not apply: is missing path: ${path}: ${MISSING}`);
  let value: YamlNode | undefined;
  prefixFault(`error in test for path: '${path}'`, () => {
    value = getAt(spot);
  });
  if (!sameJson(value === undefined ? null : nodeJson(value, false), expected)) throw failed;
}

/** Structural equality of JSON. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left === undefined || right === undefined) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const a = Object.entries(left as JsonObject);
  const b = right as JsonObject;
  return (
    a.length === Object.keys(b).length && a.every(([key, value]) => Object.hasOwn(b, key) && sameJson(value, b[key]))
  );
}

function prefixFault(prefix: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw error instanceof KustomizeError ? fault(`${prefix}: ${error.message}`) : error;
  }
}

function fault(message: string): KustomizeError {
  return new KustomizeError('PATCH', message);
}
