// Helm 4's post-rendering: all files go to the post-renderer as one stream, each document marked with its file, and are
// sorted into files again when they come back. Mirrors helm:pkg/action/action.go annotateAndMerge (v4.3.0).

import { YamlError, type YamlNode, emitYamlNodes, parseYamlNodes } from '@evenkeel/resource';

import { compareGoStrings, isBlank, pathBase } from '../go-text.ts';
import { ReleaseError } from './release-error.ts';
import { splitManifests } from './split-manifests.ts';

const FILE_ANNOTATION = 'postrenderer.helm.sh/postrender-filename';

/** Runs the post-renderer, if there is one, over rendered files. Throws ReleaseError. */
export function postRender(
  files: ReadonlyMap<string, string>,
  run: ((manifests: string) => string) | undefined,
): ReadonlyMap<string, string> {
  if (run === undefined) return files;
  const merged = reading('error merging manifests', () => mergeMarked(files));
  let output: string;
  try {
    output = run(merged);
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'ContentNotLoaded') throw error;
    throw new ReleaseError('POST_RENDER', `error while running post render on files: ${error.message}`);
  }
  return reading('error while parsing post rendered output', () => splitMarked(output));
}

function reading<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof YamlError) throw new ReleaseError('POST_RENDER', `${what}: ${error.message}`);
    throw error;
  }
}

function mergeMarked(files: ReadonlyMap<string, string>): string {
  const documents: YamlNode[] = [];
  for (const name of [...files.keys()].sort(compareGoStrings)) {
    const content = files.get(name) ?? '';
    if (pathBase(name).startsWith('_') || isBlank(content)) continue;
    for (const { text } of splitManifests(content, 4)) {
      for (const document of parseYamlNodes(text)) {
        const root = document.content[0];
        if (root === undefined || root.kind !== 'mapping') continue;
        mark(root, name);
        documents.push(document);
      }
    }
  }
  return emitYamlNodes(documents);
}

function splitMarked(text: string): ReadonlyMap<string, string> {
  const byFile = new Map<string, YamlNode[]>();
  for (const [index, document] of parseYamlNodes(text).entries()) {
    const root = document.content[0];
    if (root === undefined || root.kind !== 'mapping') continue;
    const name = unmark(root) ?? `generated-by-postrender-${index}.yaml`;
    byFile.set(name, [...(byFile.get(name) ?? []), document]);
  }
  return new Map([...byFile].map(([name, documents]) => [name, emitYamlNodes(documents)]));
}

function mark(root: YamlNode, name: string): void {
  const annotations = childMapping(childMapping(root, 'metadata'), 'annotations');
  const existing = findKey(annotations, FILE_ANNOTATION);
  const value = scalar(name);
  if (existing >= 0) annotations.content[existing + 1] = value;
  else annotations.content.push(scalar(FILE_ANNOTATION), value);
}

/** Takes the mark off, and the mappings that are empty without it. */
function unmark(root: YamlNode): string | undefined {
  const metadata = root.content[findKey(root, 'metadata') + 1];
  if (metadata === undefined || metadata.kind !== 'mapping') return undefined;
  const at = findKey(metadata, 'annotations');
  const annotations = at < 0 ? undefined : metadata.content[at + 1];
  if (annotations === undefined || annotations.kind !== 'mapping') return undefined;
  const index = findKey(annotations, FILE_ANNOTATION);
  if (index < 0) return undefined;
  const name = annotations.content[index + 1]?.value;
  annotations.content.splice(index, 2);
  if (annotations.content.length === 0) metadata.content.splice(at, 2);
  return name;
}

function childMapping(parent: YamlNode, key: string): YamlNode {
  const at = findKey(parent, key);
  const existing = at < 0 ? undefined : parent.content[at + 1];
  if (existing?.kind === 'mapping') return existing;
  const made: YamlNode = { ...scalar(''), kind: 'mapping', tag: '!!map', value: '' };
  if (at >= 0) parent.content[at + 1] = made;
  else parent.content.push(scalar(key), made);
  return made;
}

function findKey(mapping: YamlNode, key: string): number {
  for (let index = 0; index + 1 < mapping.content.length; index += 2) {
    if (mapping.content[index]?.value === key) return index;
  }
  return -1;
}

function scalar(value: string): YamlNode {
  return { kind: 'scalar', style: 'single', tag: '!!str', value, content: [], line: 0, column: 0 };
}
