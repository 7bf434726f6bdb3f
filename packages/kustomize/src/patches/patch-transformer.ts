// patches, patchesStrategicMerge and patchesJson6902: which resources a patch is for, and what kind of patch it is
// (api:internal/builtins/PatchTransformer.go and its two elder siblings, v0.21.1).

import { YamlError, type YamlNode, parseYaml, parseYamlNodes } from '@evenkeel/resource';

import type { PatchEntry, PatchOptions } from '../kustomization/types.ts';
import type { Loader } from '../loader/loader.ts';
import type { Source } from '../nodes/documents.ts';
import { KustomizeError, prefixed } from '../problems.ts';
import { resourcesFromText } from '../resources/factory.ts';
import { apiVersionOf, idText } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import { type Selector, selectorText } from '../resources/selector.ts';
import { type JsonOperation, applyJsonPatch, operationsOf } from './json-patch.ts';
import type { SchemaBook } from './merge-schema.ts';
import { strategicMerge } from './strategic-merge.ts';

/** A patch ready to be applied. */
export type Patcher = (map: ResourceMap) => void;

/** What patches need from the build around them. */
export interface PatchContext {
  readonly loader: Loader;
  readonly schemas: SchemaBook;
  /** Where an inline text stands, for origins; undefined where they are off. */
  readonly inline: Source | undefined;
  readonly origins: boolean;
}

interface PatchText {
  readonly text: string;
  readonly source: Source;
  /** `[path: "x"]` or `[patch: "…"]`, as messages name it. */
  readonly shown: string;
}

/** One entry of `patches`. Throws KustomizeError where it is neither kind of patch, or both. */
export function patchFromEntry(entry: PatchEntry, context: PatchContext, configText: () => string): Patcher {
  const text = textOfEntry(entry, context, configText);
  const merges = attempt(() => resourcesFromText(text.text, text.source));
  const operations = attempt(() => readOperations(text, context.origins));
  if ((merges.value?.length ?? 0) > 0 && (operations.value?.length ?? 0) > 0) {
    throw new KustomizeError('PATCH', `illegally qualifies as both an SM and JSON patch: ${text.shown}`);
  }
  if (merges.value === undefined && operations.value === undefined) {
    const position = merges.error ?? operations.error;
    throw new KustomizeError('PATCH', `unable to parse SM or JSON patch from ${text.shown}`, position);
  }
  if (merges.value !== undefined) return mergePatcher(merges.value, entry, { context, shown: text.shown });
  return jsonPatcher(operations.value ?? [], entry.target, text.shown);
}

function attempt<Value>(action: () => Value): { readonly value?: Value; readonly error?: KustomizeError } {
  try {
    return { value: action() };
  } catch (error) {
    if (error instanceof KustomizeError) return { error };
    if (error instanceof YamlError) return { error: new KustomizeError('PATCH', error.message, error) };
    throw error;
  }
}

function textOfEntry(entry: PatchEntry, context: PatchContext, configText: () => string): PatchText {
  const inline = (entry.patch ?? '').trim();
  const path = entry.path ?? '';
  if (inline === '' && path === '') {
    throw new KustomizeError('PATCH', `must specify one of patch and path in\n${configText()}`);
  }
  if (inline !== '' && path !== '') {
    throw new KustomizeError('PATCH', `patch and path can't be set at the same time\n${configText()}`);
  }
  if (inline !== '') {
    return { text: inline, source: context.inline ?? { file: '' }, shown: `[patch: ${JSON.stringify(inline)}]` };
  }
  try {
    const { bytes, file } = context.loader.load(path);
    const source = context.origins ? { file, by: 'patch' } : { file };
    return {
      text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
      source,
      shown: `[path: ${JSON.stringify(path)}]`,
    };
  } catch (error) {
    throw prefixed(error, `failed to get the patch file from path(${path})`);
  }
}

function readOperations(text: PatchText, origins: boolean): JsonOperation[] {
  if (text.text === '') throw new KustomizeError('PATCH', 'empty json patch operations');
  const operations = operationsOf(parseYaml(text.text, { dialect: 'sigs' }));
  if (!origins || operations.length === 0) return operations.map((fields) => ({ fields }));
  const items = parseYamlNodes(text.text, { keepComments: false, firstOnly: true })[0]?.content[0]?.content ?? [];
  const offset = text.source.lineOffset ?? 0;
  return operations.map((fields, index) => {
    const place = valuePlace(items[index]);
    const touch = {
      by: 'patch',
      file: text.source.file,
      line: (place?.line ?? 0) + offset,
      column: place?.column ?? 0,
    };
    return { fields, touch };
  });
}

function valuePlace(operation: YamlNode | undefined): YamlNode | undefined {
  const content = operation?.content ?? [];
  const index = content.findIndex((node, at) => at % 2 === 0 && node.value === 'value');
  return index < 0 ? operation : content[index + 1];
}

function mergePatcher(
  patches: readonly Resource[],
  entry: PatchEntry,
  how: { readonly context: PatchContext; readonly shown: string },
): Patcher {
  for (const patch of patches) allowChanges(patch, entry.options);
  const { schemas } = how.context;
  const target = entry.target;
  const [first] = patches;
  return (map) => {
    if (first === undefined) return;
    if (target === undefined) {
      for (const patch of patches) mergeIntoNamed(map, patch, schemas);
      return;
    }
    if (patches.length > 1) {
      throw new KustomizeError(
        'PATCH',
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${how.shown}`,
      );
    }
    mergeIntoSelected(map, first, { selected: selectFor(map, target), schemas });
  };
}

function selectFor(map: ResourceMap, target: Selector): readonly Resource[] {
  try {
    return map.select(target);
  } catch (error) {
    throw prefixed(error, `unable to find patch target ${JSON.stringify(selectorText(target))} in \`resources\``);
  }
}

function allowChanges(patch: Resource, options: PatchOptions | undefined): void {
  if (options?.allowNameChange === true) patch.allowNameChange();
  if (options?.allowKindChange === true) patch.allowKindChange();
}

function mergeIntoNamed(map: ResourceMap, patch: Resource, schemas: SchemaBook): void {
  const id = patch.orgId();
  let target: Resource;
  try {
    target = map.getById(id);
  } catch (error) {
    throw prefixed(error, `no resource matches strategic merge patch ${JSON.stringify(idText(id))}`);
  }
  applyMerge(target, patch, schemas);
}

/** Applies a copy of the patch to each of some resources; deleted ones go, and identities are checked again. */
function mergeIntoSelected(
  map: ResourceMap,
  patch: Resource,
  how: { readonly selected: readonly Resource[]; readonly schemas: SchemaBook },
): void {
  const selected = new Set(how.selected);
  for (const resource of map.resources) {
    if (!selected.has(resource)) continue;
    const copy = patch.deepCopy();
    copy.copyMergeMetadataFrom(patch);
    copy.setApiVersion(apiVersionOf(resource.curId()));
    copy.setKind(patch.kind);
    applyMerge(resource, copy, how.schemas);
  }
  map.resetTo(map.resources.filter((resource) => !resource.isEmpty));
}

/** Merges one patch into one resource (api:resource/resource.go ApplySmPatch). Name and kind stay unless allowed. */
export function applyMerge(resource: Resource, patch: Resource, schemas: SchemaBook): void {
  const { name, namespace, kind } = resource;
  const nameMayChange = patch.nameChangeAllowed;
  const kindMayChange = patch.kindChangeAllowed;
  if (nameMayChange || kindMayChange) resource.storePreviousId();
  const merged = strategicMerge(resource.node, patch.node, { schemas, direction: 'prepend' });
  if (merged === undefined) resource.replaceNode(undefined);
  if (resource.isEmpty) return;
  if (!kindMayChange) resource.setKind(kind);
  if (!nameMayChange) resource.setName(name);
  resource.setNamespace(namespace);
}

function jsonPatcher(operations: readonly JsonOperation[], target: Selector | undefined, shown: string): Patcher {
  return (map) => {
    if (target === undefined) throw new KustomizeError('PATCH', `must specify a target for JSON patch ${shown}`);
    for (const resource of map.select(target)) {
      resource.storePreviousId();
      patchWithJson(resource, operations);
    }
  };
}

function patchWithJson(resource: Resource, operations: readonly JsonOperation[]): void {
  const internal = resource.internalAnnotations();
  const patched = applyJsonPatch(resource.node, operations);
  resource.replaceNode(patched);
  resource.setAnnotations(new Map([...resource.annotations(), ...internal]));
}

/** One entry of the deprecated `patchesJson6902`, or a PatchJson6902Transformer. */
export function json6902FromEntry(
  entry: { readonly target?: Selector; readonly path?: string; readonly jsonOp?: string },
  context: PatchContext,
): Patcher {
  const { target, path = '', jsonOp = '' } = entry;
  if ((target?.name ?? '') === '') throw new KustomizeError('PATCH', 'must specify the target name');
  if (path === '' && jsonOp === '') throw new KustomizeError('PATCH', 'empty file path and empty jsonOp');
  if (path !== '' && jsonOp !== '') {
    throw new KustomizeError('PATCH', 'must specify a file path or jsonOp, not both');
  }
  const text = path === '' ? inlineText(jsonOp, context) : fileText(path, context);
  const operations = readOperations(text, context.origins);
  if (operations.length === 0) {
    throw new KustomizeError('PATCH', `patch appears to be empty; file=${path}, JsonOp=${text.text}`);
  }
  return (map) => {
    for (const resource of map.select(target ?? {})) patchWithJson(resource, operations);
  };
}

function inlineText(text: string, context: PatchContext): PatchText {
  return { text, source: context.inline ?? { file: '' }, shown: '' };
}

function fileText(path: string, context: PatchContext): PatchText {
  const { bytes, file } = context.loader.load(path);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (text === '') throw new KustomizeError('PATCH', `patch file '${path}' empty seems to be empty`);
  return { text, source: context.origins ? { file, by: 'patch' } : { file }, shown: '' };
}

/** The deprecated `patchesStrategicMerge`, or a PatchStrategicMergeTransformer: inline texts, files, or both. */
export function strategicMergeFromPaths(
  entry: { readonly paths?: readonly string[]; readonly patches?: string },
  context: PatchContext,
): Patcher {
  const { paths = [], patches = '' } = entry;
  if (paths.length === 0 && patches === '') {
    throw new KustomizeError('PATCH', 'empty file path and empty patch content');
  }
  const loaded = paths.flatMap((path) => inlineOrFile(path, context));
  if (patches !== '') loaded.push(...resourcesFromText(patches, context.inline ?? { file: '' }));
  if (loaded.length === 0) {
    throw new KustomizeError('PATCH', `patch appears to be empty; files=[${paths.join(' ')}], Patch=${patches}`);
  }
  return (map) => {
    for (const patch of loaded) {
      const target = map.getById(patch.orgId());
      mergeIntoSelected(map, patch, { selected: [target], schemas: context.schemas });
    }
  };
}

function inlineOrFile(text: string, context: PatchContext): Resource[] {
  const inline = attempt(() => resourcesFromText(text, context.inline ?? { file: '' }));
  if (inline.value !== undefined) return inline.value;
  const { bytes, file } = context.loader.load(text);
  return resourcesFromText(bytes, context.origins ? { file, by: 'patch' } : { file });
}
