// Patterns that deny and cannot be read. Upstream passes over them, and what they were to deny is permitted; here a project
// that has one permits nothing until it is corrected.

import { compileGlob, compilePath } from '@evenkeel/lang';
import { normaliseGitUrl } from './permissions.ts';
import type { IntegrityPolicy, ProjectSpec, RestrictedKind, SyncWindow } from './project.ts';

/** Where a pattern stands, and whether it reads. */
type Pattern = readonly [place: string, pattern: string, reads: boolean];

/** What is wrong with patterns that restrict, one sentence each. */
export function unreadableRestrictions(spec: ProjectSpec): readonly string[] {
  const patterns: readonly Pattern[] = [
    ...sourceDenials(spec),
    ...destinationDenials(spec),
    ...kindDenials('clusterResourceBlacklist', spec.clusterResourceBlacklist),
    ...kindDenials('namespaceResourceBlacklist', spec.namespaceResourceBlacklist),
    ...(spec.syncWindows ?? []).flatMap(windowSubjects),
    ...(spec.sourceIntegrity?.git?.policies ?? []).flatMap(policyRepositories),
  ];
  return patterns
    .filter(([, , reads]) => !reads)
    .map(([place, pattern]) => `spec.${place}: Invalid value: ${JSON.stringify(pattern)}: the pattern cannot be read`);
}

const isGlob = (pattern: string, separators = ''): boolean => compileGlob(pattern, separators) !== undefined;

function sourceDenials({ sourceRepos = [] }: ProjectSpec): readonly Pattern[] {
  return sourceRepos.flatMap((entry, index) =>
    entry.startsWith('!')
      ? [[`sourceRepos[${index}]`, entry, isGlob(normaliseGitUrl(entry.slice(1)), '/')] as const]
      : [],
  );
}

function destinationDenials({ destinations = [] }: ProjectSpec): readonly Pattern[] {
  return destinations.flatMap((entry, index) =>
    (['server', 'name', 'namespace'] as const).flatMap((field) => {
      const pattern = entry[field] ?? '';
      if (!pattern.startsWith('!')) return [];
      return [[`destinations[${index}].${field}`, pattern, isGlob(pattern.slice(1))] as const];
    }),
  );
}

function kindDenials(list: string, entries: readonly RestrictedKind[] = []): readonly Pattern[] {
  return entries.flatMap((entry, index) =>
    (['group', 'kind', 'name'] as const).map((field) => {
      const pattern = entry[field] ?? '';
      return [`${list}[${index}].${field}`, pattern, compilePath('path', pattern) !== undefined] as const;
    }),
  );
}

/** Of windows that allow as well: one that concerns nobody closes nothing. */
function windowSubjects(window: SyncWindow, index: number): readonly Pattern[] {
  return (['applications', 'namespaces', 'clusters'] as const).flatMap((field) =>
    (window[field] ?? []).map(
      (pattern, at) => [`syncWindows[${index}].${field}[${at}]`, pattern, isGlob(pattern)] as const,
    ),
  );
}

/** A policy that concerns no repository lets in what nobody has signed. */
function policyRepositories({ repos = [] }: IntegrityPolicy, index: number): readonly Pattern[] {
  return repos.map(({ url = '' }, at) => {
    const place = `sourceIntegrity.git.policies[${index}].repos[${at}].url`;
    return [place, url, isGlob(url.startsWith('!') ? url.slice(1) : url)] as const;
  });
}
