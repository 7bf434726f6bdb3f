// A project as it counts: with the clusters and repositories that name it, and with the global projects that select it.
// Mirrors argoproj/argo-cd:util/argo/argo.go GetAppProjectByName and GetAppVirtualProject (3.6).

import { labelSelectorTerms, matchesLabels } from '@evenkeel/resource';
import type { KnownCluster } from '../clusters/known-cluster.ts';
import type { GlobalProject } from '../settings/settings.ts';
import type { Project, ProjectDestination, ProjectSpec } from './project.ts';

/** What a project is completed from. */
export interface ProjectSurroundings {
  readonly globals: readonly GlobalProject[];
  project(name: string): Project | undefined;
  /** Clusters that name the project. */
  readonly clusters: readonly KnownCluster[];
  /** URLs of repositories that name the project. */
  readonly repositories: readonly string[];
}

/** The project with everything that counts for it. */
export function virtualProject(project: Project, around: ProjectSurroundings): Project {
  const { spec } = project;
  const scoped: ProjectSpec = {
    ...spec,
    sourceRepos: [...(spec.sourceRepos ?? []), ...around.repositories],
    destinations: [...(spec.destinations ?? []), ...around.clusters.flatMap(destinationsOf)],
  };
  const globals = globalsOf(project, around);
  const merged = globals.reduce((before, global) => merge(before, global.spec), scoped);
  // What cannot be read in a global project was to restrict this one as well.
  const problems = [
    ...(project.problems ?? []),
    ...globals.flatMap((global) => (global.problems ?? []).map((each) => `global project ${global.name}: ${each}`)),
  ];
  return { ...project, spec: merged, ...(problems.length > 0 ? { problems } : {}) };
}

function destinationsOf({ server, namespaces }: KnownCluster): readonly ProjectDestination[] {
  return (namespaces.length === 0 ? ['*'] : namespaces).map((namespace) => ({ server, namespace }));
}

/** Up to the first setting that cannot be read, as upstream. */
function globalsOf(project: Project, around: ProjectSurroundings): readonly Project[] {
  const found: Project[] = [];
  for (const { projectName, labelSelector } of around.globals) {
    if (projectName === project.name) continue;
    const terms = labelSelectorTerms(labelSelector);
    if (!terms.ok) break;
    if (!matchesLabels(terms.value, project.labels)) continue;
    const global = around.project(projectName);
    if (!global) break;
    found.push(global);
  }
  return found;
}

const inherited = [
  'clusterResourceWhitelist',
  'clusterResourceBlacklist',
  'namespaceResourceWhitelist',
  'namespaceResourceBlacklist',
  'syncWindows',
  'sourceRepos',
  'destinations',
  'destinationServiceAccounts',
] as const;

function merge(spec: ProjectSpec, global: ProjectSpec): ProjectSpec {
  const lists = inherited.flatMap((field) => {
    const both: readonly unknown[] = [...(spec[field] ?? []), ...(global[field] ?? [])];
    // A list that neither gives stays absent, because an absent list and an empty one are not alike.
    return both.length === 0 ? [] : [[field, both] as const];
  });
  return { ...spec, ...(Object.fromEntries(lists) as Partial<ProjectSpec>) };
}
