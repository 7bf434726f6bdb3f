// Renders a directory of plain manifests: every YAML and JSON file, Lists taken apart.
// Mirrors argoproj/argo-cd:reposerver/repository/repository.go (3.6) findManifests.

import { type Refusal, formatPosition } from '@evenkeel/engine';
import { compileGlob, matchesGlob } from '@evenkeel/lang';
import { type Json, isMap } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';
import type { RenderedObject } from '../prepare.ts';
import { linkProblem } from './broken-link.ts';
import { flattenList, listProblem } from './flatten-list.ts';
import { type ManifestText, readManifestJson, readManifestText } from './manifest-text.ts';
import type { Rendering } from './rendering.ts';
import { type Computed, renderJsonnet } from './jsonnet.ts';
import type { DirectorySettings, JsonnetSettings } from './request.ts';

/** All manifests of a directory together may be this large, as upstream (--max-combined-directory-manifests-size). */
const BYTES_MAX = 10_000_000;
const SKIP_MARK = '+argocd:skip-file-rendering';

/** Reads every manifest; a file that does not parse is a refusal and does not hide the others. */
export function renderDirectory(tree: FileTree, directory: string, settings: DirectorySettings): Rendering {
  const objects: RenderedObject[] = [];
  const refusals: Refusal[] = [];
  const { bytesMax = BYTES_MAX } = settings;
  const unread = unreadGlobs(settings);
  if (unread.length > 0) return { renderer: 'directory', objects, refusals: unread, warnings: [] };
  let bytesTotal = 0;
  for (const path of manifestFiles(tree, directory, settings)) {
    const bytes = tree.read(path);
    if (!bytes) {
      const problem = linkProblem(tree, path, path.slice(directory === '' ? 0 : directory.length + 1));
      if (problem !== undefined) refusals.push(refuse(path, undefined, problem));
      continue;
    }
    const text = decoded(bytes);
    if (text.includes(SKIP_MARK)) continue;
    if (path.endsWith('.jsonnet')) {
      const { jsonnet = noVariables } = settings;
      if (jsonnet === false) continue;
      collect(renderJsonnet(tree, { path, text, directory }, jsonnet), path, { objects, refusals });
      continue;
    }
    bytesTotal += bytes.length;
    if (bytesMax > 0 && bytesTotal > bytesMax) {
      const most = `${bytesMax / 1_000_000} MB`;
      refusals.push(refuse(path, undefined, `the manifests of "${directory}" are larger than ${most} together`));
      break;
    }
    const read = path.endsWith('.json') ? readManifestJson(text) : readManifestText(text, false);
    readManifests(path, read, { objects, refusals });
  }
  return { renderer: 'directory', objects, refusals, warnings: [] };
}

/** A glob that cannot be read fits nothing, so that everything would go, or come, by a slip of the pen. */
function unreadGlobs({ include, exclude }: DirectorySettings): readonly Refusal[] {
  return Object.entries({ include, exclude }).flatMap(([field, glob]): readonly Refusal[] => {
    if (glob === '' || compileGlob(glob) !== undefined) return [];
    const sentence = `directory.${field}: "${glob}" is no glob`;
    return [{ code: 'RENDER_FAILED', sentence, remedy: 'Close its brackets and braces.' }];
  });
}

/** Takes what a program came to: an object, a list of them, or why there is neither. */
function collect(result: Computed | Refusal, path: string, { objects, refusals }: Found): void {
  if ('sentence' in result) {
    refusals.push(result);
    return;
  }
  const { value } = result;
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
    const problem = isMap(item) ? listProblem(item) : 'the program makes no Kubernetes object';
    if (problem !== undefined) refusals.push(refuse(path, undefined, problem));
    else if (isMap(item)) for (const object of flattenList(item)) objects.push({ object, at: { file: path } });
  }
}

/** UTF-8 unless a mark at the beginning says that it is UTF-16, as editors of Windows write it. */
function decoded(bytes: Uint8Array): string {
  const mark = `${bytes[0]} ${bytes[1]}`;
  const encoding = mark === '255 254' ? 'utf-16le' : mark === '254 255' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
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
  readManifests(name, readManifestText(text, true), found);
  return found;
}

function readManifests(path: string, { documents, problems }: ManifestText, { objects, refusals }: Found): void {
  for (const { value, line } of documents) {
    const problem = listProblem(value);
    if (problem !== undefined) refusals.push(refuse(path, line, problem));
    for (const object of flattenList(value)) objects.push({ object, at: { file: path, line } });
  }
  for (const { message, line } of problems) refusals.push(refuse(path, line, message));
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
