// Projects as the HTTP API sees them: read from the watch cache, checked, and written through the cluster.

import {
  type ArgoController,
  type ClusterDirectory,
  type RepositoryDirectory,
  controlPlaneNamespace,
  createProject,
  isActive,
  readProject,
  removeProject,
  updateProject,
  validateProject,
  windowWarning,
} from '@evenkeel/argo';
import type { KubeClient } from '@evenkeel/kube';
import type { ProjectBackend } from '@evenkeel/server';
import type { Clock } from '@evenkeel/std';

interface Parts {
  readonly argo: ArgoController;
  readonly client: KubeClient;
  readonly clusters: ClusterDirectory;
  readonly credentials: RepositoryDirectory;
  readonly clock: Clock;
}

/** Makes the backend. */
export function projectBackend({ argo, client, clusters, credentials, clock }: Parts): ProjectBackend {
  const world = (): Parameters<typeof createProject>[2] => ({
    client,
    applications: argo.applications(),
    clusters,
    controlNamespace: controlPlaneNamespace,
  });
  const find = (name: string): ReturnType<ArgoController['project']> => argo.project(name);
  return {
    list: () => argo.projects(),
    detail(name) {
      const object = find(name);
      const effective = argo.governance.project(name);
      if (!object || !effective) return undefined;
      const windows = effective.spec.syncWindows ?? [];
      return {
        object,
        effective: { ...effective.spec },
        clusters: clusters.ofProject(name).map(({ server }) => server),
        repositories: credentials
          .entries()
          .filter(({ project }) => project === name)
          .map(({ url }) => url),
        activeWindows: windows.flatMap((window, index) => (isActive(window, clock.now()) ? [index] : [])),
        warnings: [
          ...windows.flatMap((window) => windowWarning(window) ?? []),
          // Written past the API, which would have refused it.
          ...[validateProject(readProject(object)) ?? []].flat(),
        ],
      };
    },
    create: (object, upsert) => createProject(object, upsert, world()),
    update: (object) => updateProject(object, world()),
    async remove(name) {
      const object = find(name);
      if (object) await removeProject(object, world());
    },
  };
}
