// Objects nobody owns that are no orphans: those Kubernetes makes itself, and those the project ignores.
// Mirrors argoproj/argo-cd:controller/appcontroller.go isKnownOrphanedResourceExclusion (3.6).

import { matchesGlob } from '@evenkeel/lang';
import type { ObjectRef } from '@evenkeel/resource';
import type { OrphanedKey } from './project.ts';

/** True for an object that is no orphan although nobody owns it. */
export function isKnownOrphan({ group, kind, namespace, name }: ObjectRef, ignored: readonly OrphanedKey[]): boolean {
  if (group === '') {
    if (kind === 'Service' && namespace === 'default' && name === 'kubernetes') return true;
    if (kind === 'ServiceAccount' && name === 'default') return true;
    if (kind === 'ConfigMap' && name === 'kube-root-ca.crt') return true;
  }
  const fits = (pattern: string | undefined, text: string): boolean =>
    pattern === undefined || pattern === '' || matchesGlob(pattern, text);
  // A group that is not given is the core group, while a kind or name that is not given is any.
  return ignored.some(
    (entry) => fits(entry.kind, kind) && matchesGlob(entry.group ?? '', group) && fits(entry.name, name),
  );
}
