// Why a symbolic link of a tree leads nowhere, as upstream tells it.
// Mirrors getPotentiallyValidManifestFile of argoproj/argo-cd:reposerver/repository/repository.go (3.6).

import { type FileTree, joinTreePath } from '@evenkeel/std';

/** As many links as Go's filepath.EvalSymlinks follows. */
const LINKS_MAX = 255;

/** What is wrong with the link at `path`, which `shown` names; undefined where its target is only missing, and for what is no link. */
export function linkProblem(tree: FileTree, path: string, shown: string): string | undefined {
  let at = path;
  for (let count = 0; count <= LINKS_MAX; count += 1) {
    const target = tree.readlink(at);
    if (target === undefined) return undefined;
    const next = target.startsWith('/') ? undefined : joinTreePath(at, '..', target);
    if (next === undefined) return `illegal filepath in symlink at ${JSON.stringify(shown)}`;
    at = next;
  }
  return `failed to evaluate symlink at ${JSON.stringify(shown)}: EvalSymlinks: too many links`;
}
