// Finds and reads the kustomization file of a root (api:internal/target/kusttarget.go Load, v0.21.1).

import { YamlError, type YamlNode, parseYaml, parseYamlNodes } from '@evenkeel/resource';

import type { LoadedFile, Loader } from '../loader/loader.ts';
import type { Touch } from '../nodes/touch.ts';
import { fieldOf } from '../nodes/tree.ts';
import { KustomizeError, type Position } from '../problems.ts';
import { DecodeError, decode } from './decode.ts';
import { deprecationWarnings, fieldErrors, fixKustomization, isEmptyKustomization } from './fix.ts';
import { kustomizationShape } from './shapes.ts';
import type { Kustomization } from './types.ts';

/** The names a kustomization file may have. */
export const KUSTOMIZATION_FILES: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** A kustomization file, read and brought into the present form. */
export interface LoadedKustomization {
  readonly file: Kustomization;
  /** Name of the file in its root. */
  readonly fileName: string;
  /** Tree path of the file. */
  readonly path: string;
  readonly warnings: readonly string[];
  /** Where a field stands, by its path in the file. */
  readonly place: (path: readonly (string | number)[]) => Touch;
}

/** Reads the kustomization of a loader's root. Throws KustomizeError. */
export function loadKustomization(loader: Loader): LoadedKustomization {
  const { fileName, loaded } = findFile(loader);
  const raw = decodeKustomization(loaded.bytes, loaded.file);
  const file = fixKustomization(raw);
  if (isEmptyKustomization(file)) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', 'kustomization.yaml is empty', { file: loaded.file });
  }
  const errors = fieldErrors(file);
  if (errors.length > 0) {
    throw new KustomizeError(
      'INVALID_KUSTOMIZATION',
      `Failed to read kustomization file under ${loader.rootText}:\n${errors.join('\n')}`,
      { file: loaded.file, line: 1, column: 1 },
    );
  }
  return {
    file,
    fileName,
    path: loaded.file,
    warnings: deprecationWarnings(raw),
    place: placeFinder(loaded, raw),
  };
}

function findFile(loader: Loader): { readonly fileName: string; readonly loaded: LoadedFile } {
  const found: { readonly fileName: string; readonly loaded: LoadedFile }[] = [];
  for (const fileName of KUSTOMIZATION_FILES) {
    if (!loader.isThere(fileName)) continue;
    try {
      found.push({ fileName, loaded: loader.load(fileName) });
    } catch (error) {
      if (!(error instanceof KustomizeError) || error.code === 'LIMIT') throw error;
    }
  }
  const [first] = found;
  if (first === undefined) {
    throw new KustomizeError(
      'MISSING_KUSTOMIZATION',
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.rootText}'`,
    );
  }
  if (found.length > 1) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', `Found multiple kustomization files under: ${loader.rootText}\n`);
  }
  return first;
}

/** Reads the text of a kustomization file, as written. Throws KustomizeError with the position of the fault. */
export function decodeKustomization(bytes: Uint8Array | string, path: string): Kustomization {
  try {
    const value = parseYaml(bytes, { dialect: 'sigs' }) ?? null;
    const options = { strict: true, code: 'INVALID_KUSTOMIZATION' } as const;
    return (decode(value, kustomizationShape, options) ?? {}) as Kustomization;
  } catch (error) {
    if (error instanceof YamlError) {
      const code =
        error.code === 'SYNTAX' || error.code === 'TYPE' || error.code === 'ENCODING' ? 'MALFORMED_YAML' : 'LIMIT';
      const reason = error.message.replace('error converting YAML to JSON: ', '');
      throw new KustomizeError(code, `invalid Kustomization: ${reason}`, {
        file: path,
        line: error.line,
        column: error.column,
      });
    }
    if (!(error instanceof DecodeError)) throw error;
    throw new KustomizeError(error.code, `invalid Kustomization: ${error.message}`, {
      file: path,
      ...placeOf(rootNode(bytes), error.path),
    });
  }
}

function rootNode(bytes: Uint8Array | string): YamlNode | undefined {
  try {
    return parseYamlNodes(bytes, { keepComments: false, firstOnly: true })[0]?.content[0];
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

/** The node at a path; where the path ends early, the last node on it. */
function placeOf(root: YamlNode | undefined, path: readonly (string | number)[]): Position {
  let at = root;
  for (const part of path) {
    const next = typeof part === 'number' ? at?.content[part] : fieldOf(at, part);
    if (next === undefined) break;
    at = next;
  }
  return { line: at?.line ?? 0, column: at?.column ?? 0 };
}

/** Deprecated lists follow the present ones; an index past the end of `images` is one into `imageTags`. */
const FOLLOWED_BY: Readonly<Record<string, keyof Kustomization>> = { images: 'imageTags', resources: 'bases' };

function placeFinder(loaded: LoadedFile, raw: Kustomization): LoadedKustomization['place'] {
  let root: YamlNode | undefined;
  return (path) => {
    root ??= rootNode(loaded.bytes);
    const [field = '', index, ...rest] = path;
    const list = raw[field as keyof Kustomization];
    const count = Array.isArray(list) ? list.length : 0;
    const follower = FOLLOWED_BY[String(field)];
    const actual =
      follower !== undefined && typeof index === 'number' && index >= count ? [follower, index - count, ...rest] : path;
    const { line = 0, column = 0 } = placeOf(root, actual);
    return { by: String(actual[0] ?? ''), file: loaded.file, line, column };
  };
}
