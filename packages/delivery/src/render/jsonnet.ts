// Jsonnet files among plain manifests. Mirrors argoproj/argo-cd:reposerver/repository/repository.go (3.6) makeJsonnetVM.

import { createHash } from 'node:crypto';
import { type Refusal, formatPosition } from '@evenkeel/engine';
import { JsonnetError, evaluateJsonnet } from '@evenkeel/lang';
import type { Json } from '@evenkeel/resource';
import { type FileTree, joinTreePath, treeDirname } from '@evenkeel/std';
import type { JsonnetSettings } from './request.ts';

/** A program and where it stands. */
export interface JsonnetFile {
  readonly path: string;
  readonly text: string;
  /** The directory of the source: imports are looked for in it after the file's own and the libraries. */
  readonly directory: string;
}

/** What a program came to. */
export interface Computed {
  readonly value: Json;
}

/** What a program computes, or why it does not. Lets ContentNotLoaded of the tree pass. */
export function renderJsonnet(tree: FileTree, file: JsonnetFile, settings: JsonnetSettings): Computed | Refusal {
  const libraries = settings.libraries.map((path) => joinTreePath(path));
  const outside = settings.libraries.find((_path, index) => libraries[index] === undefined);
  if (outside !== undefined) return refuse(`directory.jsonnet.libs: "${outside}" leads out of the source`, undefined);
  const searched = [...libraries.toReversed(), file.directory];
  try {
    const value = evaluateJsonnet(
      file.text,
      file.path,
      {
        resolve: (path, from) => findImport(tree, path, [treeDirname(from), ...searched]),
        hash: (algorithm, bytes) =>
          createHash(algorithm === 'sha3' ? 'sha3-512' : algorithm)
            .update(bytes)
            .digest('hex'),
      },
      { extVars: settings.extVars, topLevel: settings.topLevel },
    );
    return { value };
  } catch (error) {
    if (!(error instanceof JsonnetError)) throw error;
    const at = error.at ?? { file: file.path, line: 0, column: 0 };
    const place = { file: at.file, line: at.line || undefined, column: at.column || undefined };
    return refuse(`jsonnet: ${formatPosition(place)}: ${error.message.trim().replaceAll(/\s*\n\s*/g, ' ')}`, place);
  }
}

/** The file in the first directory that has it; a path from the root is taken as it is. */
function findImport(
  tree: FileTree,
  path: string,
  directories: readonly (string | undefined)[],
): { readonly file: string; readonly bytes: Uint8Array } | undefined {
  for (const directory of path.startsWith('/') ? [''] : directories) {
    const file = directory === undefined ? undefined : joinTreePath(directory, path);
    // Asked for by kind first, so that a directory of that name is no file, and its absence is recorded.
    if (file === undefined || tree.stat(file) === undefined || tree.stat(file) === 'directory') continue;
    const bytes = tree.read(file);
    if (bytes !== undefined) return { file, bytes };
  }
  return undefined;
}

function refuse(sentence: string, at: Refusal['at']): Refusal {
  return { code: 'RENDER_FAILED', sentence, remedy: 'Correct the file in Git; what is live stays as it is.', at };
}
