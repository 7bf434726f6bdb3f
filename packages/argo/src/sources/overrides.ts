// What a repository says about a source itself, in .argocd-source.yaml and .argocd-source-<app>.yaml beside its files.
// Mirrors argoproj/argo-cd:reposerver/repository/repository.go mergeSourceParameters (3.6).

import type { Refusal } from '@evenkeel/engine';
import { type Json, type JsonObject, YamlError, applyJsonMergePatch, isMap, parseYaml } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';
import type { ApplicationSource } from '../application.ts';
import { sourceSchema } from '../crd/application.ts';

/** The source with both files laid over it, the application's own last; or why one of them cannot be. */
export function withOverrides(
  source: ApplicationSource,
  files: FileTree,
  { directory, instance }: { readonly directory: string; readonly instance: string },
): ApplicationSource | Refusal {
  let merged = source as JsonObject;
  for (const name of ['.argocd-source.yaml', `.argocd-source-${instance}.yaml`]) {
    const file = joinTreePath(directory, name) ?? name;
    if (files.stat(file) === undefined) continue;
    const bytes = files.read(file);
    if (bytes === undefined) continue;
    const patch = readPatch(bytes);
    if (typeof patch === 'string') return refuse(file, patch);
    const result = applyJsonMergePatch(merged, patch);
    const problem = schemaProblem(sourceSchema, result, '');
    if (problem !== undefined) return refuse(file, problem);
    merged = result as JsonObject;
  }
  if (merged === source) return source;
  // Where the files come from is not for the files to say.
  const { chart, path, repoURL, targetRevision } = source;
  const fixed = { chart, path, repoURL, targetRevision };
  const said = Object.entries(fixed).filter(([, value]) => value !== undefined);
  const { chart: _chart, path: _path, repoURL: _repoURL, targetRevision: _targetRevision, ...rest } = merged;
  return { ...rest, ...Object.fromEntries(said) };
}

/** The patch, or what is wrong with it. */
function readPatch(bytes: Uint8Array): JsonObject | string {
  try {
    const value = parseYaml(bytes, { dialect: 'sigs' });
    if (value === undefined || value === null) return {};
    return isMap(value) ? value : 'is no map';
  } catch (error) {
    if (error instanceof YamlError) return error.message;
    throw error;
  }
}

/** What does not fit the schema of a source, first found first; fields it does not know are let through, as upstream does. */
function schemaProblem(schema: JsonObject, value: Json | undefined, at: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const { type, properties, items, additionalProperties } = schema;
  const where = at === '' ? 'the file' : at;
  if (type === 'object') {
    if (!isMap(value)) return `${where} must be a map`;
    for (const [name, child] of Object.entries(value)) {
      const known = isMap(properties) ? properties[name] : additionalProperties;
      const found = isMap(known) ? schemaProblem(known, child, at === '' ? name : `${at}.${name}`) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (type === 'array') {
    if (!Array.isArray(value)) return `${where} must be a list`;
    for (const [index, child] of (value as readonly Json[]).entries()) {
      const found = isMap(items) ? schemaProblem(items, child, `${at}[${index}]`) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const word = type === 'integer' ? 'number' : type;
  return typeof word === 'string' && typeof value !== word ? `${where} must be a ${word}` : undefined;
}

function refuse(file: string, what: string): Refusal {
  return {
    code: 'RENDER_FAILED',
    sentence: `${file}: ${what}`,
    remedy: 'Correct the file in Git; what is live stays as it is.',
    at: { file },
  };
}
