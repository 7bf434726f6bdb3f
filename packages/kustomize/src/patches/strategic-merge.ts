// Merges a patch into an object, lists by their keys (kyaml:yaml/merge2, yaml/walk, v0.21.1). Both trees are changed, and
// parts of the patch become parts of the object.

import type { YamlNode } from '@evenkeel/resource';

import { setField } from '../nodes/edit.ts';
import { TAG_NULL, demandKind, fieldOf, isNull, makeScalar, textOf } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';
import { mergeAssociativeList } from './associative-list.ts';
import { takeDirective } from './directives.ts';
import { type MergeSchema, type SchemaBook, mergesItems } from './merge-schema.ts';

/** Where merged list items go that the object did not have: before or after its own. */
export type ListDirection = 'prepend' | 'append';

/** Returns the merged tree, which may be the object's, the patch's, or nothing where the patch deletes. */
export function strategicMerge(
  target: YamlNode,
  patch: YamlNode,
  options: { readonly schemas: SchemaBook; readonly direction: ListDirection },
): YamlNode | undefined {
  return new Merger(options.schemas, options.direction).merge(target, patch, undefined);
}

const DEPTH_MAX = 2000;

/** One merge; lists call back into it for their items. */
export class Merger {
  readonly #schemas: SchemaBook;
  readonly direction: ListDirection;
  /** The value just returned is a null that was written out and is to stay. */
  #keepsNull = false;
  #depth = 0;

  constructor(schemas: SchemaBook, direction: ListDirection) {
    this.#schemas = schemas;
    this.direction = direction;
  }

  /** Merges two values, either of which may be missing. */
  merge(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    inherited: MergeSchema | undefined,
  ): YamlNode | undefined {
    this.#keepsNull = false;
    const schema = inherited ?? this.#schemaOf(target) ?? this.#schemaOf(patch);
    switch (kindOf(target, patch)) {
      case 'mapping':
        demandKind(target, 'mapping');
        demandKind(patch, 'mapping');
        return this.#mergeMap(target, patch, schema);
      case 'sequence':
        demandKind(target, 'sequence');
        demandKind(patch, 'sequence');
        if (schema !== undefined && mergesItems(schema)) return this.#mergeList(target, patch, schema);
        copyStyle(target, patch);
        return patch ?? target;
      case 'scalar':
        demandKind(target, 'scalar');
        demandKind(patch, 'scalar');
        return patch ?? target;
      case undefined:
        return this.#mergeMap(target, patch, schema);
      case 'alias':
      case 'document':
        return undefined;
    }
  }

  #schemaOf(node: YamlNode | undefined): MergeSchema | undefined {
    if (node === undefined || node.kind !== 'mapping') return undefined;
    const kind = fieldOf(node, 'kind');
    if (kind === undefined) return undefined;
    const apiVersion = textOf(fieldOf(node, 'apiVersion'));
    return apiVersion === '' ? undefined : this.#schemas.schemaFor(apiVersion, textOf(kind));
  }

  #mergeMap(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    schema: MergeSchema | undefined,
  ): YamlNode | undefined {
    const merged = this.#visitMap(target, patch);
    if (merged === undefined || this.#keepsNull) return merged;
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new KustomizeError('LIMIT', 'yaml: document is nested too deeply', merged);
    for (const name of fieldNames(merged, patch)) this.#mergeField(merged, patch, { name, schema });
    this.#depth -= 1;
    this.#keepsNull = false;
    return merged;
  }

  #mergeField(
    merged: YamlNode,
    patch: YamlNode | undefined,
    field: { readonly name: string; readonly schema: MergeSchema | undefined },
  ): void {
    const { name, schema } = field;
    const theirs = patch === undefined ? -1 : indexOf(patch, name);
    const ours = indexOf(merged, name);
    const before = ours < 0 ? undefined : merged.content[ours + 1];
    const change = theirs < 0 ? undefined : patch?.content[theirs + 1];
    const value = this.merge(before, change, schema?.field(name));
    const keep = this.#keepsNull;
    this.#keepsNull = false;
    const key = value === change ? patch?.content[theirs] : merged.content[ours];
    setField(merged, name, value, { keep, keyStyle: key?.style ?? 'plain' });
  }

  #visitMap(target: YamlNode | undefined, patch: YamlNode | undefined): YamlNode | undefined {
    copyStyle(target, patch);
    if (target === undefined || target.tag === TAG_NULL) {
      if (patch !== undefined && patch.kind === 'mapping' && takeDirective(patch) === 'delete') return undefined;
      if (patch === undefined && target !== undefined && target.value !== '') {
        this.#keepsNull = true;
        return makeScalar(target.value, TAG_NULL);
      }
      return patch;
    }
    return this.#directed(target, patch);
  }

  #directed(target: YamlNode, patch: YamlNode | undefined): YamlNode | undefined {
    if (patch === undefined) return target;
    if (patch.tag === TAG_NULL) return undefined;
    switch (takeDirective(patch)) {
      case 'delete':
        return undefined;
      case 'replace':
        return patch;
      case 'merge':
        return target;
    }
  }

  #mergeList(target: YamlNode | undefined, patch: YamlNode | undefined, schema: MergeSchema): YamlNode | undefined {
    copyStyle(target, patch);
    const merged = target === undefined || target.tag === TAG_NULL ? patch : this.#directed(target, patch);
    if (merged === undefined) return undefined;
    return mergeAssociativeList(this, schema, { target: merged, patch });
  }
}

function kindOf(target: YamlNode | undefined, patch: YamlNode | undefined): YamlNode['kind'] | undefined {
  if (target !== undefined && target.tag !== TAG_NULL) return target.kind;
  if (patch !== undefined && patch.tag !== TAG_NULL) return patch.kind;
  return undefined;
}

function copyStyle(target: YamlNode | undefined, patch: YamlNode | undefined): void {
  if (target === undefined || patch === undefined) return;
  if (target.kind !== 'scalar' && target.content.length === 0) target.style = patch.style;
}

function fieldNames(merged: YamlNode, patch: YamlNode | undefined): string[] {
  const names: string[] = [];
  for (let index = 0; index < merged.content.length; index += 2) names.push(merged.content[index]?.value ?? '');
  if (patch !== undefined && patch !== merged && !isNull(patch)) {
    for (let index = 0; index < patch.content.length; index += 2) {
      const name = patch.content[index]?.value ?? '';
      if (indexOf(merged, name) < 0) names.push(name);
    }
  }
  return names;
}

function indexOf(map: YamlNode, name: string): number {
  const content = map.content;
  for (let index = 0; index < content.length; index += 2) if (content[index]?.value === name) return index;
  return -1;
}
