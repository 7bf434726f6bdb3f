// What has to be permitted for what is done to an application or to one of its objects.
// Mirrors argoproj/argo-cd:server/application/application.go and util/security/rbac.go (3.6).

import { controlPlaneNamespace } from '../tracking.ts';

/** How an application is called in policies: `<project>/<name>`, or `<project>/<namespace>/<name>` outside of the control plane. */
export function applicationObject(at: {
  readonly project: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  const isHome = at.namespace === '' || at.namespace === controlPlaneNamespace;
  return isHome ? `${at.project}/${at.name}` : `${at.project}/${at.namespace}/${at.name}`;
}

/** How a cluster or repository is called: its address, after the project it belongs to. */
export function scopedObject(project: string | undefined, address: string): string {
  return project === undefined || project === '' ? address : `${project}/${address}`;
}

interface ObjectName {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * The actions of which one has to be permitted on an application before one of its objects is updated or deleted: that of this
 * object, and where it is inherited (`server.rbac.disableApplicationFineGrainedRBACInheritance: "false"`) that of the whole.
 */
export function objectActions(
  verb: 'update' | 'delete',
  { group, kind, namespace, name }: ObjectName,
  inherited: boolean,
): readonly string[] {
  const fine = `${verb}/${group}/${kind}/${namespace}/${name}`;
  return inherited ? [verb, fine] : [fine];
}

/** The action that has to be permitted before an action of a kind is run. */
export function runAction({ group, kind }: { readonly group: string; readonly kind: string }, action: string): string {
  return `action/${group}/${kind}/${action}`;
}
