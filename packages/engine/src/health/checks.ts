// The health of an object: what its delivery or its user says, else what its kind's check says.

import type { KubeObject } from '@evenkeel/resource';
import { checkOf } from './catalogue.ts';
import type { CustomHealthCheck, Health } from './health.ts';
import { progressing, say } from './reading.ts';

/**
 * The health of an object, or undefined for a kind that has none. `custom` is asked first: front ends and users plug their own
 * checks in, and may say that the object's health does not count. While an object is being deleted it is progressing and its
 * finalizers are named, unless its check has a message for that. Mirrors argoproj/argo-cd:docs/operator-manual/health.md (3.6).
 */
export function health(object: KubeObject, custom?: CustomHealthCheck): Health | undefined {
  const own = custom?.(object);
  if (own === 'none') return undefined;
  const found = own ?? checkOf(object)?.(object);
  if (!isLeaving(object)) return found;
  if (found?.deletionMessage !== undefined) return say(found.status, found.deletionMessage);
  const finalizers = object.metadata.finalizers ?? [];
  return progressing(finalizers.length === 0 ? 'Pending deletion' : `Pending deletion (${finalizers.join(', ')})`);
}

/** What a hook's finalizer holds is judged as if it stayed. */
function isLeaving({ metadata }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return !(metadata.finalizers ?? []).includes('argocd.argoproj.io/hook-finalizer');
}
