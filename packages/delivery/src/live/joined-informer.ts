// Watch caches of one type in several namespaces, read as one: where a cluster may be used in some namespaces only.

import type { Informer, ObjectChange } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { present } from '@evenkeel/std';

/** Joins the caches of at least one namespace; disposing the whole disposes them all. */
export function joinInformers(parts: readonly { readonly namespace: string; readonly informer: Informer }[]): Informer {
  const informers = parts.map(({ informer }) => informer);
  const byNamespace = new Map(parts.map(({ namespace, informer }) => [namespace, informer]));
  const synced = Promise.all(informers.map((informer) => informer.synced)).then(() => undefined);
  synced.catch(() => undefined);
  return {
    type: present(informers[0], 'the first namespace').type,
    synced,
    get hasSynced() {
      return informers.every((informer) => informer.hasSynced);
    },
    get: (namespace, name) => byNamespace.get(namespace)?.get(namespace, name),
    list: (namespace) =>
      namespace === undefined
        ? informers.flatMap((informer) => informer.list())
        : (byNamespace.get(namespace)?.list(namespace) ?? []),
    byIndex: (name, value) => informers.flatMap((informer) => informer.byIndex(name, value)),
    onChange(listener: (change: ObjectChange) => void) {
      const stops = informers.map((informer) => informer.onChange(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    observe: (object: KubeObject) => byNamespace.get(object.metadata.namespace ?? '')?.observe(object),
    async [Symbol.asyncDispose]() {
      await Promise.all(informers.map((informer) => informer[Symbol.asyncDispose]()));
    },
  };
}
