// Which of a repository's tags a version range means. Mirrors fluxcd/source-controller:internal/controller/
// ocirepository_controller.go getTagBySemver (v1.9.4).

import { type Version, compareVersions, parseConstraint, parseVersion, satisfies } from '@evenkeel/lang';
import { RemoteError } from './remote-error.ts';

/** How tags are read. */
export interface TagChoice {
  /** A Masterminds constraint: "~1.2", ">=1 <3". */
  readonly range: string;
  /** Only these tags count. */
  readonly filter?: (tag: string) => boolean;
  /** Whether '_' stands for '+', as in tags of Helm charts. */
  readonly chart?: boolean;
}

/** The tag of the highest version in range. Throws RemoteError where none is, or the range is none. */
export function chooseTag(tags: readonly string[], { range, filter, chart }: TagChoice): string {
  const constraint = parseConstraint(range);
  if (!constraint.ok) {
    throw new RemoteError('unsupported', `semver '${range}' parse error: ${constraint.error.message}`);
  }
  let best: { readonly tag: string; readonly version: Version } | undefined;
  for (const tag of filter === undefined ? tags : tags.filter((one) => filter(one))) {
    const parsed = parseVersion(chart === true ? tag.replaceAll('_', '+') : tag);
    if (!parsed.ok || !satisfies(parsed.value, constraint.value)) continue;
    if (best === undefined || compareVersions(parsed.value, best.version) > 0) best = { tag, version: parsed.value };
  }
  if (best === undefined) throw new RemoteError('not-found', `no match found for semver: ${range}`);
  return best.tag;
}
