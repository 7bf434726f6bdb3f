// Replacements may stand in files of their own, one or several in each
// (api:internal/builtins/ReplacementTransformer.go, v0.21.1).

import { YamlError, parseYaml } from '@evenkeel/resource';

import { decode, listOf, struct } from '../kustomization/decode.ts';
import { replacementShape } from '../kustomization/shapes.ts';
import type { ReplacementEntry } from '../kustomization/types.ts';
import type { Loader } from '../loader/loader.ts';
import type { Touch } from '../nodes/touch.ts';
import { KustomizeError } from '../problems.ts';
import type { Replacement } from './replacements.ts';

const fileShape = struct('Replacements', { items: listOf(replacementShape) });

/** All replacements of the entries, files opened. Throws KustomizeError. */
export function loadReplacements(
  loader: Loader,
  entries: readonly ReplacementEntry[],
  touchAt: ((index: number) => Touch) | undefined,
): Replacement[] {
  return entries.flatMap((entry, index) => {
    const touch = touchAt === undefined ? {} : { touch: touchAt(index) };
    if (!entry.path) return [{ entry, ...touch }];
    if (entry.source !== undefined || (entry.targets ?? []).length > 0) {
      throw new KustomizeError('REPLACEMENT', 'cannot specify both path and inline replacement');
    }
    return readFile(loader, entry.path).map((each) => ({ entry: each, ...touch }));
  });
}

function readFile(loader: Loader, path: string): readonly ReplacementEntry[] {
  const { bytes, file } = loader.load(path);
  try {
    const value = parseYaml(bytes, { dialect: 'sigs' }) ?? null;
    if (value === null || typeof value !== 'object') {
      const kind = value === null ? 'invalid' : typeof value === 'boolean' ? 'bool' : typeof value;
      throw new KustomizeError(
        'REPLACEMENT',
        `unsupported replacement type encountered within replacement path: ${kind}`,
        { file },
      );
    }
    const items = Array.isArray(value) ? value : [value];
    const read = decode({ items }, fileShape, { strict: false, code: 'REPLACEMENT' });
    return (read as { readonly items: readonly ReplacementEntry[] }).items;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KustomizeError('REPLACEMENT', error.message, { file, line: error.line, column: error.column });
  }
}
