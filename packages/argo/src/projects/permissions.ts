// What a project permits, as pure predicates.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/app_project_types.go (3.6).

import { matchesGlob, matchesPath } from '@evenkeel/lang';
import type { GroupKind } from '@evenkeel/resource';
import type { KnownCluster } from '../clusters/known-cluster.ts';
import type { Project, ProjectDestination, RestrictedKind } from './project.ts';

/** A deny entry wins over every permission, wherever it stands. */
export function permitsSource({ spec }: Project, url: string): boolean {
  const wanted = normaliseGitUrl(url);
  let permitted = false;
  for (const entry of spec.sourceRepos ?? []) {
    // What a deny entry does not deny it permits, as upstream has it.
    if (!entry.startsWith('!')) permitted ||= matchesEntry(normaliseGitUrl(entry), wanted, '/');
    else if (matchesGlob(normaliseGitUrl(entry.slice(1)), wanted, '/')) return false;
    else permitted = true;
  }
  return permitted;
}

/** Whether objects may go to a namespace of a cluster; `scoped` are the clusters that belong to the project. */
export function permitsDestination(
  project: Project,
  destination: { readonly cluster: KnownCluster; readonly namespace: string },
  scoped: readonly KnownCluster[],
): boolean {
  const { cluster, namespace } = destination;
  if (!matchesDestinations(project, { server: cluster.server, name: cluster.name, namespace })) return false;
  if (project.spec.permitOnlyProjectScopedClusters !== true) return true;
  return scoped.some(({ name, server }) => name === cluster.name || server === cluster.server);
}

/** Whether a kind may be deployed at all. Of cluster-scoped kinds nothing may unless a list says so. */
export function permitsKind({ spec }: Project, { group, kind, name, namespaced }: NamedKind): boolean {
  if (namespaced) {
    const { namespaceResourceWhitelist: allowed, namespaceResourceBlacklist: denied = [] } = spec;
    const isAllowed = allowed === undefined || allowed === null || listed({ group, kind }, allowed);
    return isAllowed && !listed({ group, kind }, denied);
  }
  const { clusterResourceWhitelist: allowed = [], clusterResourceBlacklist: denied = [] } = spec;
  return listed({ group, kind }, allowed, name) && !listed({ group, kind }, denied, name);
}

/** A kind and, where it matters, the name of the object. */
export interface NamedKind extends GroupKind {
  readonly name: string;
  readonly namespaced: boolean;
}

/** Whether Applications of a namespace may use the project; those of the control plane always may. */
export function permitsApplicationNamespace({ spec }: Project, namespace: string, controlNamespace: string): boolean {
  if (namespace === '' || namespace === controlNamespace) return true;
  return (spec.sourceNamespaces ?? []).some((entry) => isRegexMatch(entry, namespace) || matchesGlob(entry, namespace));
}

/** One spelling for the spellings of a repository that projects treat alike. Mirrors util/git/git.go NormalizeGitURL. */
export function normaliseGitUrl(url: string): string {
  const lower = url.trim().toLowerCase();
  const isSsh = /^(?:ssh:\/\/)?[^/:]*?@[^@]+$/.test(lower);
  const plain = isSsh && !lower.startsWith('ssh://') ? lower.replace(':', '/') : lower;
  return plain.replace(/\.git$/, '').replace(/^ssh:\/\//, '');
}

function matchesEntry(pattern: string, text: string, separators = ''): boolean {
  return pattern === '*' || matchesGlob(pattern, text, separators);
}

/** As the original asks entries: a deny entry "matches" what it does not deny. */
function passes(pattern: string, text: string): boolean {
  return pattern.startsWith('!') ? !matchesGlob(pattern.slice(1), text) : matchesEntry(pattern, text);
}

function matchesDestinations({ spec }: Project, wanted: Required<ProjectDestination>): boolean {
  let permitted = false;
  for (const { server = '', name = '', namespace = '' } of spec.destinations ?? []) {
    const byName = wanted.name !== '' && passes(name, wanted.name);
    const byServer = wanted.server !== '' && passes(server, wanted.server);
    const byNamespace = passes(namespace, wanted.namespace);
    if ((byServer || byName) && byNamespace) permitted = true;
    else if ((!byName && name.startsWith('!')) || (!byServer && server.startsWith('!') && byNamespace)) return false;
    else if (!byNamespace && namespace.startsWith('!') && byServer) return false;
  }
  return permitted;
}

function listed(wanted: GroupKind, list: readonly RestrictedKind[], name?: string): boolean {
  return list.some(
    (entry) =>
      matchesPath(entry.kind, wanted.kind) &&
      matchesPath(entry.group, wanted.group) &&
      (name === undefined || entry.name === undefined || entry.name === '' || matchesPath(entry.name, name)),
  );
}

function isRegexMatch(entry: string, text: string): boolean {
  if (entry.length < 2 || !entry.startsWith('/') || !entry.endsWith('/')) return false;
  try {
    return new RegExp(entry.slice(1, -1), 'u').test(text);
  } catch {
    return false;
  }
}
