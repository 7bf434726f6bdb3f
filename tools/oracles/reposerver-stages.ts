// The stages of a sync as both sides are brought into one form: what is pruned and what is written in each phase and wave.

import { kindRank } from '@evenkeel/engine';
import { type ObjectRef, refKey } from '@evenkeel/resource';

/** A phase and wave with what happens in it: what is pruned, then kind after kind; kinds without a rank count as one. */
export interface Stage {
  readonly at: string;
  readonly pruned: readonly string[];
  readonly groups: readonly (readonly string[])[];
}

/** Stages by their names, empty ones left out. */
export function finished(
  stages: ReadonlyMap<string, { readonly pruned: string[]; readonly writes: readonly ObjectRef[] }>,
): readonly Stage[] {
  return [...stages]
    .filter(([, { pruned, writes }]) => pruned.length + writes.length > 0)
    .map(([at, { pruned, writes }]) => ({ at, pruned: pruned.toSorted(), groups: grouped(writes) }));
}

/** What others need comes first, wherever between its kind's place and their own it was put. */
function grouped(all: readonly ObjectRef[]): readonly (readonly string[])[] {
  const isNeeded = ({ kind }: ObjectRef): boolean => kind === 'Namespace' || kind === 'CustomResourceDefinition';
  const needed = all.filter(isNeeded).toSorted((left, right) => kindRank(left.kind) - kindRank(right.kind));
  const writes = [...needed, ...all.filter((ref) => !isNeeded(ref))];
  const groups: { readonly rank: number; readonly keys: string[] }[] = [];
  for (const ref of writes) {
    const rank = kindRank(ref.kind);
    if (groups.at(-1)?.rank !== rank) groups.push({ rank, keys: [] });
    groups.at(-1)?.keys.push(refKey(ref));
  }
  return groups.map(({ keys }) => keys.toSorted());
}

/**
 * The stages with the first turn alone of a namespace or a definition that is a hook of several phases: the original lifts
 * every turn before its dependants, so that one object is written twice at once (packages/argo/DEVIATIONS-sync.md).
 */
export function firstTurns(stages: readonly Stage[]): readonly Stage[] {
  const seen = new Set<string>();
  const isFirst = (key: string): boolean => {
    const isAgain = seen.has(key);
    if (/(^|\/)(Namespace|CustomResourceDefinition)\/\//.test(key)) seen.add(key);
    return !isAgain;
  };
  return stages
    .map((stage) => ({ ...stage, groups: stage.groups.map((group) => group.filter(isFirst)) }))
    .map((stage) => ({ ...stage, groups: stage.groups.filter((group) => group.length > 0) }))
    .filter(({ pruned, groups }) => pruned.length + groups.length > 0);
}

/** The stages as people read them. */
export function lines(stages: readonly Stage[]): string {
  return stages
    .map(
      ({ at, pruned, groups }) =>
        `\n    ${at} [${pruned.join(' ')}] ${groups.map((group) => group.join(',')).join(' | ')}`,
    )
    .join('');
}
