// `edit fix --vars`: every var becomes a replacement, and `$(NAME)` in the files a placeholder
// (kustomize:commands/edit/fix/convert.go, v5.8.1).

import { type YamlNode, emitYamlNodes } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';

import type { FieldOptions, PatchEntry, ReplacementTarget, VarEntry } from '../kustomization/types.ts';
import { KUSTOMIZATION_FILES, decodeKustomization } from '../kustomization/load.ts';
import { readDocuments } from '../nodes/documents.ts';
import { entriesOf, fieldOf, textOf } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';
import { parseGroupVersion } from '../resources/res-id.ts';
import type { Selector } from '../resources/selector.ts';
import { EditError } from './edit-error.ts';
import type { EditableKustomization } from './kustomization-file.ts';

/** Converts the vars of a file. Returns the other files that change. Throws EditError for what cannot be converted. */
export function convertVars(file: EditableKustomization, tree: FileTree): Map<string, string> {
  const writes = new Map<string, string>();
  if (file.vars === undefined) return writes;
  const patches = new Map<string, PatchEntry>();
  const paths = touchedFiles(file, '', { tree, patches });
  const textAt = (path: string): string | undefined => {
    const bytes = tree.stat(path) === 'file' ? tree.read(path) : undefined;
    return writes.get(path) ?? (bytes === undefined ? undefined : new TextDecoder().decode(bytes));
  };
  file.replacements = file.vars.map((entry) => {
    const name = entry.name ?? '';
    const targets = paths.flatMap((path) => targetsIn(textAt(path), { name, path, patch: patches.get(path) }));
    for (const path of paths) {
      const text = textAt(path);
      if (text !== undefined) writes.set(path, text.replaceAll(`$(${name})`, `${name}_PLACEHOLDER`));
    }
    return { source: sourceOf(entry), ...(targets.length > 0 && { targets }) };
  });
  delete file.vars;
  return writes;
}

interface Touching {
  readonly tree: FileTree;
  readonly patches: Map<string, PatchEntry>;
}

function touchedFiles(file: EditableKustomization, directory: string, into: Touching): string[] {
  const found: string[] = [];
  for (const resource of file.resources ?? []) {
    const path = joinTreePath(resource);
    if (path !== undefined && into.tree.stat(path) === 'directory') found.push(...touchedBelow(path, into));
    const joined = joinTreePath(directory, resource);
    if (joined !== undefined) found.push(joined);
  }
  for (const patch of file.patches ?? []) {
    const path = patch.path ? joinTreePath(directory, patch.path) : undefined;
    if (path === undefined) continue;
    found.push(path);
    into.patches.set(path, patch);
  }
  return found;
}

function touchedBelow(directory: string, into: Touching): string[] {
  return KUSTOMIZATION_FILES.flatMap((name) => {
    const bytes = into.tree.read(`${directory}/${name}`);
    return bytes === undefined ? [] : touchedFiles({ ...decodeKustomization(bytes, name) }, directory, into);
  });
}

function sourceOf(entry: VarEntry): Selector & { readonly fieldPath?: string } {
  const { apiVersion = '', kind = '', name = '', namespace = '' } = entry.objref ?? {};
  return { ...parseGroupVersion(apiVersion), kind, name, namespace, fieldPath: entry.fieldref?.fieldPath ?? '' };
}

interface Search {
  readonly name: string;
  readonly path: string;
  readonly patch: PatchEntry | undefined;
}

function targetsIn(text: string | undefined, search: Search): ReplacementTarget[] {
  if (text === undefined) return [];
  let documents: YamlNode[];
  try {
    documents = readDocuments(text, { file: search.path });
  } catch (error) {
    if (error instanceof KustomizeError) return [];
    throw error;
  }
  return documents.flatMap((document) =>
    findUses(document, search, []).map(({ fieldPath, options }) => ({
      select: selectorFor(document, search.patch),
      fieldPaths: [fieldPath],
      ...(options.delimiter && { options }),
    })),
  );
}

function selectorFor(node: YamlNode, patch: PatchEntry | undefined): Selector {
  const metadata = fieldOf(node, 'metadata');
  const name = textOf(fieldOf(metadata, 'name'));
  const namespace = textOf(fieldOf(metadata, 'namespace'));
  const kind = textOf(fieldOf(node, 'kind'));
  const { allowNameChange = false, allowKindChange = false } = patch?.options ?? {};
  if (patch === undefined || (allowNameChange && allowKindChange)) {
    return { ...parseGroupVersion(textOf(fieldOf(node, 'apiVersion'))), kind, name, namespace };
  }
  return {
    ...patch.target,
    ...(allowNameChange && { name }),
    ...(allowKindChange && { kind }),
    ...(namespace !== '' && { namespace }),
  };
}

interface Use {
  readonly fieldPath: string;
  readonly options: FieldOptions;
}

function findUses(node: YamlNode, search: Search, path: readonly string[]): Use[] {
  switch (node.kind) {
    case 'sequence':
      return node.content.flatMap((item, index) => findUses(item, search, [...path, String(index)]));
    case 'mapping':
      return entriesOf(node).flatMap(([, value], index) => {
        const key = node.content[index * 2];
        const name = key === undefined ? '' : emitYamlNodes([key]).trim();
        return findUses(value, search, [...path, name.includes('.') ? `[${name}]` : name]);
      });
    case 'scalar': {
      const reference = `$(${search.name})`;
      if (!node.value.includes(reference)) return [];
      return [{ fieldPath: path.join('.'), options: optionsFor(node.value, reference, search.path) }];
    }
    case 'alias':
    case 'document':
      return [];
  }
}

/** Which part of a text the reference is, and what parts it from the rest. */
function optionsFor(value: string, reference: string, path: string): FieldOptions {
  if (value === reference) return {};
  const at = value.indexOf(reference);
  const before = value.charAt(at - 1);
  const after = value.charAt(at + reference.length);
  if (at === 0) return { delimiter: after, index: 0 };
  if (after === '') return { delimiter: before, index: value.split(before).length - 1 };
  if (before !== after) {
    throw new EditError(`error with ${path}: cannot convert all vars to replacements; ${reference} is not delimited`);
  }
  return { delimiter: before, index: value.split(before).indexOf(reference) };
}
