// Clusters as the HTTP API sees them: their Secrets, and how those in use fare.

import {
  type ArgoController,
  type ClusterDirectory,
  type ClusterPool,
  changeCluster,
  clusterKey,
  controlPlaneNamespace,
  describeCluster,
  removeCluster,
  rotateAuth,
  writeCluster,
} from '@evenkeel/argo';
import type { SettingsSource } from '@evenkeel/argo';
import { type ClusterConfig, type KubeClient, type KubeTransport, createHttpTransport } from '@evenkeel/kube';
import type { ClusterBackend } from '@evenkeel/server';
import type { Clock } from '@evenkeel/std';

interface Parts {
  readonly argo: ArgoController;
  readonly client: KubeClient;
  readonly clusters: ClusterDirectory;
  readonly pool: ClusterPool;
  readonly settings: SettingsSource;
  readonly clock: Clock;
  /** How clusters are connected to; over the network where not given. */
  readonly connect?: ((config: ClusterConfig) => KubeTransport) | undefined;
}

/** Makes the backend. */
export function clusterBackend({
  argo,
  client,
  clusters,
  pool,
  settings,
  clock,
  connect = (config) => createHttpTransport(config),
}: Parts): ClusterBackend {
  const store = (): Parameters<typeof writeCluster>[2] => ({
    client,
    namespace: controlPlaneNamespace,
    inClusterEnabled: settings.current().inClusterEnabled,
    known: clusters.list(),
  });
  return {
    list() {
      const places = argo.applications().map((application) => argo.governance.place(application).place);
      const countOf = (server: string): number =>
        places.filter((place) => place?.kind === 'cluster' && place.cluster.server === server).length;
      const nowMs = clock.now();
      return Promise.all(
        clusters
          .list()
          .map((known) =>
            describeCluster(known, pool.opened(clusterKey(known)), { applications: countOf(known.server), nowMs }),
          ),
      );
    },
    async create(cluster, upsert) {
      await writeCluster(cluster, upsert, store());
    },
    async change(server, change) {
      const known = clusters.byServer(server);
      if (known) await changeCluster(known, change, store());
    },
    async rotateAuth(server) {
      const known = clusters.byServer(server);
      if (known) await rotateAuth(known, store(), { connect, clock });
    },
    async remove(server) {
      const known = clusters.byServer(server);
      if (known) await removeCluster(known, store());
    },
  };
}
