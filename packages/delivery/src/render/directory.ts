// Renders a directory of plain manifests: every YAML and JSON file, Lists taken apart.
// Mirrors argoproj/argo-cd:reposerver/repository/repository.go (3.6) findManifests.

import { type Refusal, formatPosition } from '@evenkeel/engine';
import { type Json, type JsonObject, YamlError, isMap, parseYamlDocuments } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';
import type { RenderedObject } from '../prepare.ts';
import { flattenList } from './flatten-list.ts';
import { matchesGlob } from './glob.ts';
import type { Rendering } from './rendering.ts';
import { type Computed, renderJsonnet } from './jsonnet.ts';
import type { DirectorySettings, JsonnetSettings } from './request.ts';

/** All manifests of a directory together may be this large, as upstream (--max-combined-directory-manifests-size). */
const BYTES_MAX = 10 * 1024 * 1024;
const SKIP_MARK = '+argocd:skip-file-rendering';

/** Reads every manifest; a file that does not parse is a refusal and does not hide the others. */
export function renderDirectory(tree: FileTree, directory: string, settings: DirectorySettings): Rendering {
  const objects: RenderedObject[] = [];
  const refusals: Refusal[] = [];
  let bytesTotal = 0;
  for (const path of manifestFiles(tree, directory, settings)) {
    const bytes = tree.read(path);
    if (!bytes) continue;
    const text = new TextDecoder().decode(bytes);
    if (text.includes(SKIP_MARK)) continue;
    if (path.endsWith('.jsonnet')) {
      const { jsonnet = noVariables } = settings;
      if (jsonnet === false) continue;
      collect(renderJsonnet(tree, { path, text, directory }, jsonnet), path, { objects, refusals });
      continue;
    }
    bytesTotal += bytes.length;
    if (bytesTotal > BYTES_MAX) {
      refusals.push(refuse(path, undefined, `the manifests of "${directory}" are larger than 10 MiB together`));
      break;
    }
    readManifests(path, text, objects, refusals);
  }
  return { renderer: 'directory', objects, refusals, warnings: [] };
}

/** Takes what a program came to: an object, a list of them, or why there is neither. */
function collect(result: Computed | Refusal, path: string, { objects, refusals }: Found): void {
  if ('sentence' in result) {
    refusals.push(result);
    return;
  }
  const { value } = result;
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
    if (isMap(item)) for (const object of flattenList(item)) objects.push({ object, at: { file: path } });
    else refusals.push(refuse(path, undefined, 'the program makes no Kubernetes object'));
  }
}

const noVariables: JsonnetSettings = { extVars: [], topLevel: [], libraries: [] };

function manifestFiles(tree: FileTree, directory: string, settings: DirectorySettings, prefix = ''): string[] {
  const found: string[] = [];
  for (const entry of tree.list(joinTreePath(directory, prefix) ?? directory) ?? []) {
    const relative = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.kind === 'directory') {
      if (settings.recurse) found.push(...manifestFiles(tree, directory, settings, relative));
      continue;
    }
    if (settings.anyExtension !== true && !/\.(ya?ml|json|jsonnet)$/.test(entry.name)) continue;
    if (settings.exclude !== '' && matchesGlob(settings.exclude, relative)) continue;
    if (settings.include !== '' && !matchesGlob(settings.include, relative)) continue;
    found.push(joinTreePath(directory, relative) ?? relative);
  }
  return found;
}

interface Found {
  readonly objects: RenderedObject[];
  readonly refusals: Refusal[];
}

/** The documents of a stream of manifests that a program printed. Problems are collected. */
export function readStream(name: string, text: string): Found {
  const found: Found = { objects: [], refusals: [] };
  readManifests(name, text, found.objects, found.refusals);
  return found;
}

function readManifests(path: string, text: string, objects: RenderedObject[], refusals: Refusal[]): void {
  try {
    const documents = parseYamlDocuments(text, { dialect: 'sigs' });
    const lines = documentLines(text);
    for (const [index, value] of documents.entries()) {
      const line = lines.length === documents.length ? lines[index] : undefined;
      if (value === undefined || value === null) continue;
      if (!isMap(value)) {
        refusals.push(refuse(path, line, 'the document is no Kubernetes object'));
        continue;
      }
      if (!isManifest(value)) continue;
      for (const object of flattenList(value)) objects.push({ object, at: { file: path, line } });
    }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    // As upstream tells manifests from other files; values and templates may lie beside them.
    if (!looksLikeManifest(path, text)) return;
    refusals.push(refuse(path, error.line || undefined, error.message));
  }
}

function looksLikeManifest(path: string, text: string): boolean {
  return !/\.ya?ml$/.test(path) || ['apiVersion:', 'kind:', 'metadata:'].every((word) => text.includes(word));
}

/** The line on which each document's content begins. */
function documentLines(text: string): readonly number[] {
  const lines: number[] = [];
  let open = false;
  for (const [index, content] of text.split('\n').entries()) {
    if (/^---(\s|$)/.test(content)) {
      open = false;
      if (content.replace(/^---\s*(#.*)?$/, '') === '') continue;
    }
    if (open || /^\s*(#.*)?$/.test(content)) continue;
    lines.push(index + 1);
    open = true;
  }
  return lines;
}

/** A file with neither apiVersion nor kind is a values file or the like, and left alone, as upstream does. */
function isManifest(value: JsonObject): boolean {
  return 'apiVersion' in value || 'kind' in value;
}

function refuse(file: string, line: number | undefined, what: string): Refusal {
  const at = { file, line };
  return {
    code: 'RENDER_FAILED',
    sentence: `${formatPosition(at)}: ${what}`,
    remedy: 'Correct the file in Git; what is live stays as it is.',
    at,
  };
}
