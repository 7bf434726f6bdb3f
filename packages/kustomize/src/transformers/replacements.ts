// replacements: copies a value from one resource into fields of others (api:filters/replacement/replacement.go, v0.21.1).

import { type YamlNode, emitYamlNodes, parseYaml } from '@evenkeel/resource';

import type { FieldOptions, ReplacementEntry, ReplacementSource, ReplacementTarget } from '../kustomization/types.ts';
import { assignNode } from '../nodes/edit.ts';
import { matchPath, parseText } from '../nodes/path-matcher.ts';
import { type CreatedKind, lookup, splitSmartPath } from '../nodes/paths.ts';
import { joinTrails } from '../nodes/trail.ts';
import type { Touch } from '../nodes/touch.ts';
import { type Node, copyNode, isNilOrEmpty, makeScalar, textOf } from '../nodes/tree.ts';
import { KustomizeError, prefixed } from '../problems.ts';
import { type ResId, idText, isSelectedBy } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import { type Selector, type SelectorMatcher, selectorMatcher } from '../resources/selector.ts';
import { goJson } from './hash.ts';

const DEFAULT_FIELD = 'metadata.name';

/** One replacement, and where it stands. */
export interface Replacement {
  readonly entry: ReplacementEntry;
  readonly touch?: Touch;
}

/** Applies all replacements in order. Throws KustomizeError for the first that finds no source or no field. */
export function applyReplacements(map: ResourceMap, replacements: readonly Replacement[]): void {
  for (const { entry, touch } of replacements) {
    if ((entry.sourceValue === undefined && entry.source === undefined) || entry.targets === undefined) {
      throw fault('replacements must specify a source and at least one target');
    }
    const value = sourceValue(map, entry);
    const marked: Node = copyNode(value);
    const trail = joinTrails(touch && [touch], (value as Node).trail);
    if (trail !== undefined) marked.trail = trail;
    for (const target of entry.targets) applyToTarget(map, marked, target);
  }
}

function sourceValue(map: ResourceMap, entry: ReplacementEntry): YamlNode {
  const { source } = entry;
  if (entry.sourceValue !== undefined) {
    if (source !== undefined) throw fault('value and resource selectors are mutually exclusive');
    return makeScalar(entry.sourceValue);
  }
  const selected = selectSource(map, source ?? {});
  const path = source?.fieldPath || DEFAULT_FIELD;
  let found: YamlNode | undefined;
  try {
    found = lookup(selected.node, splitSmartPath(path, '.'));
  } catch (error) {
    throw prefixed(error, 'error looking up replacement source');
  }
  if (found === undefined || isNilOrEmpty(found)) {
    throw fault(`fieldPath \`${path}\` is missing for replacement source ${idText(sourceId(source ?? {}))}`);
  }
  return refined(found, source?.options);
}

function sourceId(source: Selector): ResId {
  const { group = '', version = '', kind = '', name = '', namespace = '' } = source;
  return { group, version, kind, name, namespace, clusterScoped: false };
}

/** All identities of a resource, none of which knows its scope: as the original compares them here. */
function plainIds(resource: Resource): ResId[] {
  return [{ ...resource.curId(), clusterScoped: false }, ...resource.prevIds()];
}

function selectSource(map: ResourceMap, source: ReplacementSource): Resource {
  const selector = sourceId(source);
  const matches = map.resources.filter((resource) => plainIds(resource).some((id) => isSelectedBy(id, selector)));
  const [first] = matches;
  if (matches.length > 1) throw fault(`multiple matches for selector ${sourceText(source)}`);
  if (first === undefined) throw fault(`nothing selected by ${sourceText(source)}`);
  return first;
}

function sourceText(source: ReplacementSource): string {
  const parts = [idText(sourceId(source))];
  if (source.fieldPath) parts.push(source.fieldPath);
  const { delimiter = '', index = 0, create = false } = source.options ?? {};
  if (delimiter !== '' || create) parts.push(`${delimiter}(${String(index)}), create=${String(create)}`);
  return parts.join(':');
}

function refined(node: YamlNode, options: FieldOptions | undefined): YamlNode {
  const { delimiter = '', index = 0 } = options ?? {};
  if (delimiter === '') return node;
  if (node.kind !== 'scalar') throw fault('delimiter option can only be used with scalar nodes');
  const part = textOf(node).split(delimiter)[index];
  if (part === undefined) throw fault(`options.index ${String(index)} is out of bounds for value ${textOf(node)}`);
  const copy = copyNode(node);
  copy.value = part;
  return copy;
}

function applyToTarget(map: ResourceMap, value: YamlNode, target: ReplacementTarget): void {
  if (target.select === undefined) throw fault('target must specify resources to select');
  let select: SelectorMatcher;
  let rejects: readonly { readonly selector: Selector; readonly matcher: SelectorMatcher }[];
  try {
    select = selectorMatcher(target.select);
    rejects = (target.reject ?? []).map((selector) => ({ selector, matcher: selectorMatcher(selector) }));
  } catch (error) {
    throw prefixed(error, 'error creating target selector');
  }
  for (const resource of map.resources) {
    if (!select.labels(resource.node) || !select.annotations(resource.node)) continue;
    if (rejects.some((reject) => rejectsByLabels(resource, reject.selector, reject.matcher))) continue;
    const ids = plainIds(resource);
    if (rejects.some((reject) => rejectsById(ids, reject.selector, reject.matcher))) continue;
    if (ids.some((id) => matchesId(select, id))) copyValue(resource.node, value, target);
  }
}

function matchesId(matcher: SelectorMatcher, id: ResId): boolean {
  return matcher.gvk(id) && matcher.name(id.name) && matcher.namespace(id.namespace);
}

function rejectsByLabels(resource: Resource, selector: Selector, matcher: SelectorMatcher): boolean {
  if (!selector.annotationSelector && !selector.labelSelector) return false;
  return matcher.annotations(resource.node) && matcher.labels(resource.node);
}

function rejectsById(ids: readonly ResId[], selector: Selector, matcher: SelectorMatcher): boolean {
  const { group = '', version = '', kind = '', name = '', namespace = '' } = selector;
  if (group + version + kind + name + namespace === '') return false;
  return ids.some((id) => matchesId(matcher, id));
}

function copyValue(root: YamlNode, value: YamlNode, target: ReplacementTarget): void {
  const paths = target.fieldPaths === undefined || target.fieldPaths.length === 0 ? [DEFAULT_FIELD] : target.fieldPaths;
  const create = target.options?.create === true ? createdKind(value) : undefined;
  for (const path of paths) {
    const parts = splitSmartPath(path, '.');
    if (setInsideText(root, value, { parts, create })) continue;
    const failure = `unable to find ${create === undefined ? '' : 'or create '}field ${JSON.stringify(path)} in replacement target`;
    let fields: readonly YamlNode[] | undefined;
    try {
      fields = matchPath(root, parts, create);
    } catch (error) {
      throw prefixed(error, failure);
    }
    if (fields === undefined || fields.length === 0) throw fault(failure);
    for (const field of fields) setValue(field, value, target.options);
  }
}

function createdKind(value: YamlNode): CreatedKind {
  return value.kind === 'mapping' || value.kind === 'sequence' ? value.kind : 'scalar';
}

function setValue(field: Node, source: YamlNode, options: FieldOptions | undefined): void {
  const value = copyNode(source);
  const { delimiter = '', index = 0 } = options ?? {};
  if (delimiter !== '') {
    if (field.kind !== 'scalar') throw fault('delimiter option can only be used with scalar nodes');
    const parts = field.value.split(delimiter);
    const text = textOf(value);
    if (index < 0) parts.unshift(text);
    else if (index >= parts.length) parts.push(text);
    else parts[index] = text;
    value.value = parts.join(delimiter);
  }
  putValue(field, value);
}

/** A scalar keeps its own type and style and takes the text; anything else becomes the value. */
function putValue(field: Node, value: Node): void {
  if (field.kind !== 'scalar') {
    assignNode(field, value);
    return;
  }
  field.value = value.value;
  const trail = joinTrails(value.trail, field.trail);
  if (trail !== undefined) field.trail = trail;
}

/** Sets a field of a document that is the text of a scalar; false where the path leads to none. */
function setInsideText(
  root: YamlNode,
  value: YamlNode,
  way: { readonly parts: readonly string[]; readonly create: CreatedKind | undefined },
): boolean {
  if (way.parts.length < 2) return false;
  try {
    for (let count = 1; count < way.parts.length; count += 1) {
      const scalar = lookupQuietly(root, way.parts.slice(0, count));
      if (scalar?.kind !== 'scalar') continue;
      const inner = parseQuietly(scalar.value);
      if (inner === undefined) continue;
      return setInsideDocument(scalar, inner, { value, path: way.parts.slice(count), create: way.create });
    }
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
  }
  return false;
}

function lookupQuietly(root: YamlNode, path: readonly string[]): YamlNode | undefined {
  try {
    return lookup(root, path);
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

function parseQuietly(text: string): YamlNode | undefined {
  try {
    return parseText(text);
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

function setInsideDocument(
  scalar: Node,
  inner: YamlNode,
  change: { readonly value: Node; readonly path: readonly string[]; readonly create: CreatedKind | undefined },
): boolean {
  const fields = matchPath(inner, change.path, change.create);
  if (fields === undefined || fields.length === 0) return false;
  for (const field of fields) putValue(field, change.value);
  scalar.value = serialized(inner, scalar.value);
  const trail = joinTrails(change.value.trail, scalar.trail);
  if (trail !== undefined) scalar.trail = trail;
  return true;
}

/** JSON stays JSON, indented where it was; anything else becomes YAML. */
function serialized(inner: YamlNode, before: string): string {
  const text = emitYamlNodes([inner]);
  const first = before.trim().charAt(0);
  if (first !== '{' && first !== '[') return text.trim();
  const json = goJson(parseYaml(text, { dialect: 'v3' }) ?? null);
  return before.includes('\n') && before.includes('  ') ? indented(json) : json;
}

/** What Go's json.MarshalIndent makes of compact JSON with two spaces. */
function indented(json: string): string {
  let out = '';
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (quoted) {
      out += char;
      if (char === '\\') out += json.charAt((at += 1));
      else if (char === '"') quoted = false;
      continue;
    }
    const next = json.charAt(at + 1);
    const line = (level: number): string => `\n${'  '.repeat(level)}`;
    if (char === '"') quoted = true;
    if ((char === '{' && next === '}') || (char === '[' && next === ']')) {
      out += char + next;
      at += 1;
    } else if (char === '{' || char === '[') out += char + line((depth += 1));
    else if (char === '}' || char === ']') out += line((depth -= 1)) + char;
    else if (char === ',') out += `,${line(depth)}`;
    else if (char === ':') out += ': ';
    else out += char;
  }
  return out;
}

function fault(message: string): KustomizeError {
  return new KustomizeError('REPLACEMENT', message);
}
