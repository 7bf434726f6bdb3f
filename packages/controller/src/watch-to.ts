// From changes in a watch cache to keys in a controller.

import type { Informer, ObjectChange } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { Priority } from './work-queue.ts';

export interface WatchToOptions {
  /** Drops changes that cannot matter, e.g. status-only updates. Default: all pass. */
  readonly filter?: (change: ObjectChange) => boolean;
  readonly priority?: Priority;
}

/**
 * Adds `keysOf(object)` to `target` for every object there is and every change to come. For an update both states are
 * mapped, so that whoever an object was taken from hears of it. Returns how to stop.
 */
export function watchTo<K>(
  informer: Pick<Informer, 'list' | 'onChange'>,
  keysOf: (object: KubeObject) => Iterable<K>,
  target: { add(key: K, priority?: Priority): void },
  options: WatchToOptions = {},
): () => void {
  const add = (object: KubeObject): void => {
    for (const key of keysOf(object)) target.add(key, options.priority);
  };
  const stop = informer.onChange((change) => {
    if (options.filter?.(change) === false) return;
    if (change.previous && change.previous !== change.object) add(change.previous);
    add(change.object);
  });
  for (const object of informer.list()) add(object);
  return stop;
}

/** True where spec, labels, annotations or deletion changed: everything but status and managed fields. */
export function changesMoreThanStatus(change: ObjectChange): boolean {
  const { object, previous } = change;
  if (!previous || change.kind !== 'updated') return true;
  const [now, before] = [object.metadata, previous.metadata];
  if (now.generation === undefined || now.generation !== before.generation) return true;
  if (now.deletionTimestamp !== before.deletionTimestamp) return true;
  const shown = ({ labels, annotations, finalizers, ownerReferences }: typeof now): string =>
    JSON.stringify([labels, annotations, finalizers, ownerReferences]);
  return shown(now) !== shown(before);
}
