// Merges lists whose items are told apart by keys, such as containers by name and ports by number and protocol
// (kyaml:yaml/walk/associative_sequence.go, v0.21.1). The corner cases are its own: items without keys, half of two keys,
// duplicates.

import type { YamlNode } from '@evenkeel/resource';

import { setField, setScalar } from '../nodes/edit.ts';
import { demandKind, fieldOf, isNilOrEmpty, isNull, makeCollection, makeScalar } from '../nodes/tree.ts';
import type { MergeSchema } from './merge-schema.ts';

/** What merges the items. */
export interface ItemMerger {
  readonly direction: 'prepend' | 'append';
  merge(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    schema: MergeSchema | undefined,
  ): YamlNode | undefined;
}

interface Lists {
  readonly target: YamlNode;
  readonly patch: YamlNode | undefined;
}

type KeyValues = readonly string[];

/** Merges `patch` into `target` item by item. Returns the list, or undefined where there is none. */
export function mergeAssociativeList(merger: ItemMerger, schema: MergeSchema, lists: Lists): YamlNode | undefined {
  const keys = schema.mergeKeys;
  const primitive = keys.length === 0;
  const effective = primitive ? [''] : keys;
  const found = primitive ? itemTexts(merger, lists) : itemKeys(merger, lists, keys);
  return mergeItems(merger, schema.elements(), { ...lists, keys: effective, values: found });
}

function inOrder(merger: ItemMerger, lists: Lists): (YamlNode | undefined)[] {
  return merger.direction === 'prepend' ? [lists.patch, lists.target] : [lists.target, lists.patch];
}

function itemKeys(merger: ItemMerger, lists: Lists, keys: readonly string[]): KeyValues[] {
  const result: KeyValues[] = [];
  const seen = new Set<string>();
  for (const list of inOrder(merger, lists)) {
    if (list === undefined || isNull(list)) continue;
    for (const item of list.content) {
      const values = keys.map((key) => keyValue(item, key));
      const id = values.join('\0');
      if (seen.has(id)) continue;
      seen.add(id);
      result.push(values);
    }
  }
  return result;
}

function keyValue(item: YamlNode, key: string): string {
  const value = item.kind === 'mapping' ? fieldOf(item, key) : undefined;
  return value === undefined || isNilOrEmpty(value) ? '' : value.value;
}

function itemTexts(merger: ItemMerger, lists: Lists): KeyValues[] {
  const seen = new Set<string>();
  for (const list of inOrder(merger, lists)) for (const item of list?.content ?? []) seen.add(item.value);
  return [...seen].map((text) => [text]);
}

function mergeItems(
  merger: ItemMerger,
  items: MergeSchema | undefined,
  lists: Lists & { readonly keys: readonly string[]; readonly values: readonly KeyValues[] },
): YamlNode | undefined {
  const { target, patch, keys } = lists;
  const all = keys.length > 1 ? joinPartialKeys([...lists.values]) : lists.values;
  const usedKeys = keysInUse(all, keys);
  const merged = makeCollection('sequence');
  let last: readonly string[] = [];
  for (const values of all) {
    if (values.length === 0) continue;
    const use = usedKeys.length === 0 ? keys : usedKeys;
    const wanted =
      usedKeys.length === 0 ? values : values.filter((value, at) => value !== '' || usedKeys.includes(keys[at] ?? ''));
    last = use;
    const value = merger.merge(findItem(target, use, wanted), findItem(patch, use, wanted), items);
    if (value === undefined || isEmptyItem(value)) {
      for (const _ of use) setElement(target, undefined, { keys: use, values: wanted });
      continue;
    }
    for (const [at, key] of use.entries()) addKey(value, key, wanted[at] ?? '');
    setElement(merged, value, { keys: use, values: wanted });
  }
  if (all.length === 0) return isNull(target) ? undefined : target;
  return merger.direction === 'prepend' ? appendItems(merged, target, last) : appendItems(target, merged, last);
}

function isEmptyItem(node: YamlNode): boolean {
  return isNull(node) || (node.kind === 'mapping' && node.content.length === 0);
}

function addKey(item: YamlNode, key: string, value: string): void {
  if (value === '' || (item.kind === 'mapping' && fieldOf(item, key) !== undefined)) return;
  if (key === '') setScalar(item, makeScalar(value));
  else setField(item, key, makeScalar(value));
}

/** Keys that any item has; the others do not tell items apart. */
function keysInUse(all: readonly KeyValues[], keys: readonly string[]): readonly string[] {
  return keys.filter((_, at) => all.some((values) => (values[at] ?? '') !== ''));
}

/** Items that agree in the keys both have are one: [80, ''] and [80, 'TCP']. */
function joinPartialKeys(all: KeyValues[]): KeyValues[] {
  for (let i = 0; i < all.length; i += 1) {
    for (let j = 0; j < all.length; j += 1) {
      const joined = joinValues(all[i] ?? [], all[j] ?? []);
      if (joined === undefined) continue;
      all[i] = joined;
      all[j] = joined;
    }
  }
  return all;
}

function joinValues(left: KeyValues, right: KeyValues): KeyValues | undefined {
  if (left.length !== right.length) return undefined;
  let common = false;
  const joined: string[] = [];
  for (const [at, value] of left.entries()) {
    const other = right[at] ?? '';
    if (value === other) {
      common = true;
      joined.push(value);
      continue;
    }
    if (value !== '' && other !== '') return undefined;
    joined.push(value === '' ? other : value);
  }
  return common ? joined : undefined;
}

function findItem(list: YamlNode | undefined, keys: readonly string[], values: KeyValues): YamlNode | undefined {
  if (list === undefined || list.kind !== 'sequence') return undefined;
  const present = keysInUse([values], keys);
  const use = present.length === 0 ? keys : present;
  const wanted =
    present.length === 0 ? values : values.filter((value, at) => value !== '' || present.includes(keys[at] ?? ''));
  if ((use[0] ?? '') === '') return list.content.find((item) => item.value === (wanted[0] ?? ''));
  if (use.length !== wanted.length) return undefined;
  return list.content.find(
    (item) => item.kind === 'mapping' && use.every((key, at) => fieldOf(item, key)?.value === wanted[at]),
  );
}

interface ItemKeys {
  readonly keys: readonly string[];
  readonly values: KeyValues;
}

/** Replaces the items with these keys by `element`, or adds it; without one, removes them. Empty items go, too. */
function setElement(list: YamlNode, element: YamlNode | undefined, by: ItemKeys): void {
  demandKind(list, 'sequence');
  const content: YamlNode[] = [];
  let found = false;
  for (const item of list.content) {
    if (isEmptyItem(item)) continue;
    const match = matchItem(item, by);
    if (match === 'other') content.push(item);
    if (match !== 'same') continue;
    found = true;
    if (element !== undefined) content.push(element);
  }
  if (!found && element !== undefined && !isNull(element)) content.push(element);
  list.content = content;
}

function matchItem(item: YamlNode, by: ItemKeys): 'same' | 'other' | 'gone' {
  const { keys, values } = by;
  const forMaps = (keys[0] ?? '') !== '' && (values[0] ?? '') !== '';
  if (item.kind !== 'mapping' && forMaps) return 'other';
  let matched = false;
  for (const [at, key] of keys.entries()) {
    if (at < values.length) matched = matchesKey(item, key, values[at] ?? '');
    if (!matched) break;
  }
  if (matched) return 'same';
  return values.length > 0 ? 'other' : 'gone';
}

function matchesKey(item: YamlNode, key: string, value: string): boolean {
  if (key === '') {
    demandKind(item, 'scalar');
    return item.value === value;
  }
  demandKind(item, 'mapping');
  const field = fieldOf(item, key);
  return field !== undefined && (value === '' || field.value === value);
}

/** Adds the items of `source` to `list`, each in place of the one with its keys. */
function appendItems(list: YamlNode, source: YamlNode, keys: readonly string[]): YamlNode | undefined {
  for (const item of source.content) {
    if ((keys[0] ?? '') === '') {
      setElement(list, item, { keys: [''], values: [item.value] });
      continue;
    }
    const values: string[] = [];
    if (!isNull(item)) demandKind(item, 'mapping');
    for (const key of keys) {
      const value = isNull(item) ? undefined : fieldOf(item, key);
      if (value === undefined) list.content.push(item);
      else values.push(value.value);
    }
    if (keys.length > 1) setElement(list, undefined, { keys, values });
    setElement(list, item, { keys, values });
  }
  return list;
}
