// Manifests from files, with one clear sentence for what is wrong with them.

import { readFileSync } from 'node:fs';
import { type Json, type JsonObject, type KubeObject, YamlError, parseYamlDocuments } from '@evenkeel/resource';
import { CommandFailure } from './io.ts';

/** Every object in a file of YAML or JSON. Throws CommandFailure naming file and line. */
export function readManifests(path: string): readonly KubeObject[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseManifests(bytes, path);
}

/** Every object of a text; `path` says in messages where it is from. */
export function parseManifests(bytes: Uint8Array | string, path: string): readonly KubeObject[] {
  try {
    return parseYamlDocuments(bytes, { dialect: 'sigs' }).flatMap((document) => objectOf(document, path));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new CommandFailure(`${path}${error.line > 0 ? `:${error.line}` : ''}: ${error.message}`);
  }
}

function objectOf(document: Json | undefined, path: string): readonly KubeObject[] {
  if (document === undefined || document === null) return [];
  const isObject = typeof document === 'object' && !Array.isArray(document);
  const { kind, apiVersion } = (isObject ? document : {}) as JsonObject;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string')
    throw new CommandFailure(`${path}: a document has no kind or no apiVersion`);
  return [document as unknown as KubeObject];
}
