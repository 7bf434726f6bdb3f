// Commits that have to be verified before anything of them is written. The comparison is made all the same, so that people
// see what would change.

import type { Refusal } from '@evenkeel/engine';
import type { DeliverySource, SyncRequest } from './model.ts';
import type { Delivery } from './model.ts';

/** Asks whether commits may be let in. */
export interface SourceIntegrity {
  /** True where commits of a repository are verified at all. */
  readonly concerns: (url: string) => boolean;
  /** What is wrong with a commit, one sentence each. */
  readonly problems: (source: DeliverySource, sha: string, signal: AbortSignal) => Promise<readonly string[]>;
}

/** Why the sources of a delivery may not be let in at these revisions; empty where they may. */
export async function unverified(
  { limits, sources }: Delivery,
  revisions: readonly string[],
  { request, signal }: { readonly request: SyncRequest | undefined; readonly signal: AbortSignal },
): Promise<readonly Refusal[]> {
  const integrity = limits?.integrity;
  if (!integrity) return [];
  const verified = sources.filter(({ kind = 'git', url }) => kind === 'git' && integrity.concerns(url));
  if (request?.manifests && verified.length > 0)
    return [refusal('Cannot use local manifests when source integrity is enforced')];
  const problems = await Promise.all(
    verified.map(async (source): Promise<readonly string[]> => {
      const sha = revisions[sources.indexOf(source)] ?? '';
      try {
        return await integrity.problems(source, sha, signal);
      } catch (error) {
        signal.throwIfAborted();
        return [error instanceof Error ? error.message : String(error)];
      }
    }),
  );
  return problems.flat().map(refusal);
}

function refusal(sentence: string): Refusal {
  return {
    code: 'SOURCE_UNVERIFIED',
    sentence,
    remedy: 'Sign the commit with a key that the project allows, or correct the policy of the project.',
  };
}
