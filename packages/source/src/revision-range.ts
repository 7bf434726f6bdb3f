// Which tag a revision means that is a version range. Mirrors argoproj/argo-cd:util/versions/tags.go MaxVersion (3.6), which
// reads versions as Masterminds/semver does.

import { GitError } from '@evenkeel/git';
import { type Version, compareVersions, parseConstraint, parseVersion, satisfies } from '@evenkeel/lang';

/** True where a revision can only be understood with the tags of its repository: a range, or a name below a prefix. */
export function needsTags(revision: string, tagPrefix = ''): boolean {
  return tagPrefix !== '' || isRange(revision);
}

/** True for a range of versions ("1.*", "^1", ">=1 <3"); false for a version ("1.2", "v1") and for every other name. */
export function isRange(revision: string): boolean {
  return !parseVersion(revision).ok && parseConstraint(revision).ok;
}

/**
 * The name that a revision stands for: the highest tag in the range, with its prefix; an exact version with the prefix
 * before it; the revision itself where it is no version, or no tag is in the range (a branch may have that name).
 */
export function nameOfRevision(revision: string, tags: Iterable<string>, tagPrefix = ''): string {
  if (parseVersion(revision).ok) return tagPrefix + revision;
  const constraint = parseConstraint(revision);
  if (!constraint.ok) return revision;
  let best: { readonly name: string; readonly version: Version } | undefined;
  for (const tag of tags) {
    if (!tag.startsWith(tagPrefix)) continue;
    const parsed = parseVersion(tag.slice(tagPrefix.length));
    if (!parsed.ok || !satisfies(parsed.value, constraint.value)) continue;
    if (best === undefined || compareVersions(parsed.value, best.version) > 0) {
      best = { name: tag, version: parsed.value };
    }
  }
  return best?.name ?? revision;
}

/** Resolves a range by the name it stands for; where there is none, that is said, and not what git thinks of it as a name. */
export async function resolveRange(
  { asked, name }: { readonly asked: string; readonly name: string },
  resolve: () => Promise<string>,
): Promise<string> {
  try {
    return await resolve();
  } catch (error) {
    const isUnknown = error instanceof GitError && ['revision-not-found', 'invalid-argument'].includes(error.code);
    if (!isUnknown || name !== asked || !isRange(asked)) throw error;
    const sentence = `no tag is in the range "${asked}", and no branch has that name`;
    throw new GitError('revision-not-found', sentence, error.message);
  }
}

/** The tags among references, by their short names. */
export function tagsOf(refs: ReadonlyMap<string, string>): readonly string[] {
  return [...refs.keys()].flatMap((ref) => (ref.startsWith('refs/tags/') ? [ref.slice('refs/tags/'.length)] : []));
}
