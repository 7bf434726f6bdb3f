// Key-value pairs of generators: from literals, files and env files (api:kv/kv.go, v0.21.1).

import type { Loader } from '../loader/loader.ts';
import type { GeneratorEntry } from '../kustomization/types.ts';
import type { Touch } from '../nodes/touch.ts';
import { KustomizeError, prefixed } from '../problems.ts';

/** One pair. A value that is no valid text stays bytes. */
export interface Pair {
  readonly key: string;
  readonly value: string | Uint8Array;
  readonly touch?: Touch;
}

/** Says where the entry at a path of the kustomization stands; undefined without origins. */
export type TouchAt = ((path: readonly (string | number)[]) => Touch) | undefined;

const encoder = new TextEncoder();

/** Loads all pairs: envs first, then literals, then files. Throws KustomizeError. */
export function loadPairs(loader: Loader, entry: GeneratorEntry, touchAt: TouchAt): Pair[] {
  const { envs = [], literals = [], files = [] } = entry;
  return [
    ...wrapped(`env source files: [${envs.join(' ')}]`, () =>
      envs.flatMap((path) => pairsOfEnvFile(loader, path, touchAt)),
    ),
    ...wrapped(`literal sources [${literals.join(' ')}]`, () =>
      literals.map((text, index) => marked(parseLiteral(text), touchAt?.(['literals', index]))),
    ),
    ...wrapped(`file sources: [${files.join(' ')}]`, () => files.map((text) => pairOfFile(loader, text, touchAt))),
  ];
}

function wrapped(prefix: string, load: () => Pair[]): Pair[] {
  try {
    return load();
  } catch (error) {
    throw prefixed(error, prefix);
  }
}

function marked(pair: Pair, touch: Touch | undefined): Pair {
  return touch === undefined ? pair : { ...pair, touch };
}

function pairOfFile(loader: Loader, text: string, touchAt: TouchAt): Pair {
  const { key, path } = parseFileSource(text);
  const { bytes, file } = loader.load(path);
  const pair = { key, value: decoded(bytes) };
  return touchAt === undefined ? pair : { ...pair, touch: { by: 'generator', file, line: 1, column: 1 } };
}

/** Text where the bytes are valid UTF-8, else the bytes. A byte order mark stays. */
function decoded(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

function pairsOfEnvFile(loader: Loader, path: string, touchAt: TouchAt): Pair[] {
  const { bytes, file } = loader.load(path);
  const text = decoded(bytes);
  if (typeof text !== 'string') throw new KustomizeError('GENERATOR', `file ${path} has invalid utf8 bytes`, { file });
  const pairs: Pair[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = (index === 0 ? raw.replace(/^\ufeff/, '') : raw).replace(/\r$/, '').replace(LEADING_SPACE, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    if (key === '') continue;
    const pair = { key, value: equals < 0 ? '' : line.slice(equals + 1) };
    pairs.push(marked(pair, touchAt && { by: 'generator', file, line: index + 1, column: 1 }));
  }
  return pairs;
}

/** What Go's unicode.IsSpace strips. */
const LEADING_SPACE = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

function parseLiteral(text: string): Pair {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new KustomizeError('GENERATOR', `invalid literal source ${text}, expected key=value`);
  return { key: text.slice(0, equals), value: withoutQuotes(text.slice(equals + 1)) };
}

function withoutQuotes(text: string): string {
  const first = text.charAt(0);
  if (encoder.encode(text).length < 2 || first !== text.at(-1)) return text;
  return first === '"' || first === "'" ? text.slice(1, -1) : text;
}

/** Key and path of a `files` entry: `path`, or `key=path`. */
export function parseFileSource(text: string): { readonly key: string; readonly path: string } {
  const parts = text.split('=');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) return { key: text.slice(text.replace(/\/+$/, '').lastIndexOf('/') + 1), path: text };
  if (parts.length > 2) {
    throw new KustomizeError('GENERATOR', `source ${JSON.stringify(text)} key name or file path contains '='`);
  }
  const source = JSON.stringify(text);
  if (first === '') {
    throw new KustomizeError(
      'GENERATOR',
      `missing key name for file path ${JSON.stringify(second)} in source ${source}`,
    );
  }
  if (second === '') {
    throw new KustomizeError(
      'GENERATOR',
      `missing file path for key name ${JSON.stringify(first)} in source ${source}`,
    );
  }
  return { key: first, path: second };
}
