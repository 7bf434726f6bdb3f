// vars: `$(NAME)` in fields that may hold them becomes the value of a field of some resource
// (api:types/var.go, internal/accumulator/resaccumulator.go, filters/refvar, v0.21.1).

import { type Json, type YamlNode, yamlNodeToJson } from '@evenkeel/resource';

import type { FieldSpec } from '../config/field-specs.ts';
import type { VarEntry } from '../kustomization/types.ts';
import { byCodePoint } from '../nodes/edit.ts';
import { lookup, splitSmartPath } from '../nodes/paths.ts';
import { TAG_BOOL, TAG_FLOAT, TAG_INT, TAG_STR, isNull, isStringNode, type Node } from '../nodes/tree.ts';
import { joinTrails } from '../nodes/trail.ts';
import { KustomizeError } from '../problems.ts';
import {
  type Gvk,
  gvkText,
  type ResId,
  effectiveNamespace,
  gvknEqual,
  idsEqual,
  isClusterScopedKind,
  apiVersionOf,
} from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import { walkFieldSpec } from '../transformers/field-walk.ts';

/** A var with its defaults filled in. */
export interface Var {
  readonly name: string;
  readonly target: Gvk & { readonly name: string; readonly namespace: string };
  readonly fieldPath: string;
}

/** Vars by name. */
export class VarSet {
  readonly #vars = new Map<string, Var>();

  add(entry: Var): void {
    if (this.#vars.has(entry.name)) {
      throw new KustomizeError('VARIABLE', `var '${entry.name}' already encountered`);
    }
    this.#vars.set(entry.name, entry);
  }

  mergeSet(other: VarSet): void {
    for (const entry of other.#vars.values()) this.add(entry);
  }

  /** All vars by name. */
  sorted(): Var[] {
    return [...this.#vars.values()].sort((left, right) => byCodePoint(left.name, right.name));
  }
}

/** Fills in what an entry leaves out. */
export function varOf(entry: VarEntry): Var {
  const { apiVersion = '', group = '', version = '', kind = '', name = '', namespace = '' } = entry.objref ?? {};
  const parts = apiVersion.split('/');
  const fromApiVersion =
    apiVersion === ''
      ? {}
      : parts.length === 2
        ? { group: parts[0] ?? '', version: parts[1] ?? '' }
        : parts.length === 1
          ? { version: apiVersion }
          : {};
  return {
    name: entry.name ?? '',
    target: { group, version, kind, name, namespace, ...fromApiVersion },
    fieldPath: entry.fieldref?.fieldPath || 'metadata.name',
  };
}

/** Notes on each resource which vars read from it. Throws KustomizeError where a var fits several. */
export function bindVars(map: ResourceMap, vars: VarSet, entries: readonly VarEntry[]): void {
  const added = entries.map(varOf);
  for (const [index, each] of added.entries()) {
    const id: ResId = {
      ...each.target,
      clusterScoped: isClusterScopedKind(apiVersionOf(each.target), each.target.kind),
    };
    const exact = id.namespace !== '' || effectiveNamespace(id) !== effectiveNamespace({ ...id, clusterScoped: false });
    const matched = map.matchingAnyId((other) => (exact ? idsEqual(id, other) : gvknEqual(id, other)));
    if (matched.length > 1) {
      throw new KustomizeError(
        'VARIABLE',
        `found ${String(matched.length)} resId matches for var ${varText(each, entries[index]?.fieldref?.fieldPath ?? '')} (unable to disambiguate)`,
      );
    }
    matched[0]?.refVarNames.push(each.name);
  }
  for (const each of added) vars.add(each);
}

/** A var as Go prints its struct; the path is empty before defaults are filled in. */
function varText(entry: Var, fieldPath: string): string {
  return `{${entry.name} ${gvkText(entry.target)} {${fieldPath}}}`;
}

/** The vars of a file as Go prints them, nothing filled in. */
export function varsText(entries: readonly VarEntry[]): string {
  const texts = entries.map(({ name = '', objref = {}, fieldref = {} }) => {
    const { group = '', version = '', kind = '' } = objref;
    return `{${name} ${gvkText({ group, version, kind })} {${fieldref.fieldPath ?? ''}}}`;
  });
  return `[${texts.join(' ')}]`;
}

interface Value {
  readonly json: Json;
  readonly source: Node | undefined;
}

/** Puts the values in. Returns a warning for vars that nothing asked for. */
export function resolveVars(map: ResourceMap, vars: VarSet, specs: readonly FieldSpec[]): string[] {
  const values = new Map<string, Value>();
  for (const each of vars.sorted()) values.set(each.name, valueOfVar(map, each));
  if (values.size === 0) return [];
  const used = new Set<string>();
  for (const resource of map.resources) {
    for (const spec of specs) walkFieldSpec(resource.node, spec, (node) => substitute(node, values, used));
  }
  const unused = [...values.keys()].filter((name) => !used.has(name));
  return unused.length === 0 ? [] : [`well-defined vars that were never replaced: ${unused.join(',')}`];
}

function valueOfVar(map: ResourceMap, entry: Var): Value {
  for (const resource of map.resources) {
    if (!resource.refVarNames.includes(entry.name)) continue;
    const found = lookup(resource.node, fieldPathParts(entry.fieldPath));
    if (found === undefined) {
      throw new KustomizeError(
        'VARIABLE',
        `field specified in var '${varText(entry, entry.fieldPath)}' not found in corresponding resource`,
      );
    }
    return { json: fieldValue(found), source: found };
  }
  throw new KustomizeError(
    'VARIABLE',
    `var '${varText(entry, entry.fieldPath)}' cannot be mapped to a field in the set of known resources`,
  );
}

/** `containers[0].image` means what `containers.0.image` means. */
function fieldPathParts(path: string): string[] {
  return splitSmartPath(path, '.').flatMap((part) => {
    const match = /^(.*)\[(\d+)\]$/.exec(part);
    if (!match) return [part];
    return match[1] === '' ? [match[2] ?? ''] : [match[1] ?? '', match[2] ?? ''];
  });
}

function fieldValue(node: YamlNode): Json {
  if (node.kind !== 'scalar') return yamlNodeToJson(node);
  switch (node.tag) {
    case TAG_INT:
    case TAG_FLOAT:
      return Number.isFinite(Number(node.value)) ? Number(node.value) : node.value;
    case TAG_BOOL:
      return /^(?:1|t|true)$/i.test(node.value);
    default:
      return node.value;
  }
}

function substitute(node: YamlNode, values: ReadonlyMap<string, Value>, used: Set<string>): void {
  if (isNull(node)) return;
  switch (node.kind) {
    case 'scalar':
      if (isStringNode(node)) replaceIn(node, values, used);
      return;
    case 'mapping':
      substituteMap(node, values, used);
      return;
    case 'sequence':
      for (const item of node.content) {
        if (!isStringNode(item)) throw new KustomizeError('VARIABLE', 'invalid value type expect a string', item);
        replaceIn(item, values, used);
      }
      return;
    case 'alias':
    case 'document':
      throw new KustomizeError('VARIABLE', `invalid type encountered ${node.kind}`, node);
  }
}

function substituteMap(node: YamlNode, values: ReadonlyMap<string, Value>, used: Set<string>): void {
  for (let index = 0; index + 1 < node.content.length; index += 2) {
    const key = node.content[index];
    const value = node.content[index + 1];
    if (key === undefined || value === undefined) continue;
    if (!isStringNode(key)) {
      throw new KustomizeError('VARIABLE', `invalid map key: value='${key.value}', tag='${key.tag}'`, key);
    }
    if (isStringNode(value)) replaceIn(value, values, used);
  }
}

/** Replaces every `$(NAME)`; a text that is nothing else takes the type of the value. */
function replaceIn(node: Node, values: ReadonlyMap<string, Value>, used: Set<string>): void {
  const result = expand(node.value, (name) => {
    const value = values.get(name);
    const json = value?.json;
    if (value === undefined || (typeof json !== 'string' && typeof json !== 'number' && typeof json !== 'boolean')) {
      return undefined;
    }
    used.add(name);
    const trail = joinTrails(value.source?.trail, node.trail);
    if (trail !== undefined) node.trail = trail;
    return json;
  });
  node.style = 'plain';
  delete node.tagged;
  if (typeof result === 'string') {
    node.value = result;
    node.tag = TAG_STR;
    return;
  }
  node.value = String(result);
  node.tag = typeof result === 'boolean' ? TAG_BOOL : Number.isInteger(result) ? TAG_INT : TAG_FLOAT;
}

type Scalar = string | number | boolean;

/** Expands a text by the rules of Kubernetes: `$(NAME)` is replaced, `$$` is a dollar, the rest stays. */
export function expand(text: string, valueOf: (name: string) => Scalar | undefined): Scalar {
  let out = '';
  let from = 0;
  for (let at = 0; at + 1 < text.length; at += 1) {
    if (text[at] !== '$') continue;
    out += text.slice(from, at);
    const next = text[at + 1] ?? '';
    const close = next === '(' ? text.indexOf(')', at + 2) : -1;
    if (next === '$') out += '$';
    else if (next !== '(') out += `$${next}`;
    else if (close < 0) out += '$(';
    else {
      const name = text.slice(at + 2, close);
      const value = valueOf(name) ?? `$(${name})`;
      if (text === `$(${name})`) return value;
      out += String(value);
    }
    at = close < 0 ? at + 1 : close;
    from = at + 1;
  }
  return out + text.slice(from);
}
