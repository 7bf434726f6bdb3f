// The service account that a sync acts as, where impersonation is switched on.
// Mirrors argoproj/argo-cd:util/settings/impersonation.go DeriveServiceAccountToImpersonate (3.6).

import { compileGlob } from '@evenkeel/lang';
import type { Application } from '../application.ts';
import type { KnownCluster } from '../clusters/known-cluster.ts';
import type { ArgoSettings } from '../settings/settings.ts';
import type { Project } from './project.ts';
import { isServiceAccount } from './validate.ts';

/** Who a sync acts as: itself, somebody else, or nobody because that cannot be told. */
export type ActingAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Who syncs of an Application act as. */
export function actingAs(
  project: Project,
  { application, cluster }: { readonly application: Application; readonly cluster: KnownCluster },
  { enabled, enforced }: ArgoSettings['impersonation'],
): ActingAs {
  if (!enabled) return { kind: 'self' };
  const namespace = application.spec.destination?.namespace ?? '';
  for (const entry of project.spec.destinationServiceAccounts ?? []) {
    const [server, inNamespace] = [compileGlob(entry.server ?? ''), compileGlob(entry.namespace ?? '')];
    if (!server) return refused(`invalid glob pattern for destination server: ${entry.server}`);
    if (!inNamespace) return refused(`invalid glob pattern for destination namespace: ${entry.namespace}`);
    if (!server(cluster.server) || !inNamespace(namespace)) continue;
    const { defaultServiceAccount: account } = entry;
    if (!isServiceAccount(account)) return refused(`default service account contains invalid chars '${account}'`);
    if (account.includes(':')) return { kind: 'user', user: `system:serviceaccount:${account}` };
    return { kind: 'user', user: `system:serviceaccount:${namespace || application.namespace}:${account}` };
  }
  if (!enforced) return { kind: 'self' };
  const where = `destination server ${cluster.server} and namespace ${namespace}`;
  return { kind: 'refused', sentence: `no matching service account found for ${where}` };
}

function refused(why: string): ActingAs {
  return { kind: 'refused', sentence: `failed to derive service account to impersonate: ${why}` };
}
