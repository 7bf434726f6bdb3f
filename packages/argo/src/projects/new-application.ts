// Whether an Application may be created, asked before it is: what its project says, worded as upstream's API words it.
// Mirrors argoproj/argo-cd:server/application/application.go validateAndNormalizeApp (3.6).

import type { KubeClient } from '@evenkeel/kube';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import { readApplication } from '../application.ts';
import { clusterSecretLabel } from '../clusters/known-cluster.ts';
import { fixedClusters, readSecrets } from '../clusters/directory.ts';
import { readSettings } from '../settings/settings.ts';
import { fixedSettings } from '../settings/watch-settings.ts';
import { controlPlaneNamespace } from '../tracking.ts';
import { createGovernance } from './governance.ts';

/** Why an Application may not be created; undefined where it may. Reads projects, clusters and settings once. */
export async function newApplicationProblem(client: KubeClient, object: KubeObject): Promise<string | undefined> {
  const application = readApplication(object);
  const namespace = controlPlaneNamespace;
  const [projects, secrets, config] = await Promise.all([
    listAll(client, { apiVersion: object.apiVersion, kind: 'AppProject' }, namespace),
    listAll(client, { apiVersion: 'v1', kind: 'Secret' }, namespace, `${clusterSecretLabel}=cluster`),
    listAll(client, { apiVersion: 'v1', kind: 'ConfigMap' }, namespace),
  ]);
  const data = config.find(({ metadata }) => metadata.name === 'argocd-cm')?.['data'];
  const { settings } = readSettings({ config: (data ?? {}) as Readonly<Record<string, string>> });
  const { clusters, unread } = readSecrets(secrets);
  const governance = createGovernance({
    projects: { get: (_namespace, name) => projects.find(({ metadata }) => metadata.name === name) },
    settings: fixedSettings(settings),
    controlNamespace: namespace,
    clusters: fixedClusters(clusters, { inClusterEnabled: () => settings.inClusterEnabled, unread }),
  });
  const name = application.spec.project || 'default';
  const said = (sentence: string): string => `application spec for ${application.name} is invalid: ${sentence}`;
  if (!governance.project(name)) return `app is not allowed in project "${name}", or the project does not exist`;
  const placed = governance.place(application);
  if (placed.place?.kind === 'problem') return said(`InvalidSpecError: ${placed.place.sentence}`);
  const refusals = governance.refusals(placed);
  if (refusals.length === 0) return undefined;
  return said(refusals.map(({ sentence }) => `InvalidSpecError: ${sentence}`).join(';'));
}

async function listAll(
  client: KubeClient,
  kind: { readonly apiVersion: string; readonly kind: string },
  namespace: string,
  labelSelector?: string,
): Promise<readonly KubeObject[]> {
  const type = await client.discovery.resolve(gvkOf(kind));
  if (!type) return [];
  return (await client.list(type, { namespace, ...(labelSelector === undefined ? {} : { labelSelector }) })).items;
}
