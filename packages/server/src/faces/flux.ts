// Kustomizations for the API.

import { ActionError, actionsOf, runBundledAction } from '@evenkeel/engine';
import {
  type FluxController,
  type Kustomization,
  deliveryKey,
  removeKustomization,
  requestReconcile,
} from '@evenkeel/flux';
import type { KubeClient } from '@evenkeel/kube';
import type { Clock } from '@evenkeel/std';
import { ActionRefused, type Face, type FaceItem } from './face.ts';

/** The face of the Flux front end. */
export function fluxFace(flux: FluxController, client: KubeClient, clock: Clock): Face {
  const find = (namespace: string, name: string): Kustomization => {
    const found = flux.kustomization(namespace, name);
    if (!found) throw new ActionRefused('NOT_FOUND', `there is no Kustomization "${name}" in namespace "${namespace}"`);
    return found;
  };
  const itemOf = (kustomization: Kustomization): FaceItem => describe(kustomization, flux);
  return {
    frontEnd: 'flux',
    list: () => flux.kustomizations().map(itemOf),
    get: (namespace, name) => {
      const found = flux.kustomization(namespace, name);
      return found && itemOf(found);
    },
    async sync(namespace, name, wish) {
      if (wish.revision !== undefined)
        throw unsupported('a Kustomization is synced to its source; it has no revision of its own');
      if (wish.dryRun === true || wish.resources !== undefined || wish.manifests !== undefined)
        throw unsupported('a Kustomization is reconciled as a whole');
      const kustomization = find(namespace, name);
      if (kustomization.spec.suspend === true)
        throw new ActionRefused('SUSPENDED', `"${name}" is suspended`, 'Resume it first: set spec.suspend to false.');
      await requestReconcile(client, kustomization, { withSource: true, nowMs: clock.now() });
    },
    refresh: (namespace, name) =>
      requestReconcile(client, find(namespace, name), { withSource: true, nowMs: clock.now() }),
    rollback: () => Promise.reject(unsupported('a Kustomization follows its source; there is no rollback')),
    remove: (namespace, name) => removeKustomization(client, find(namespace, name)),
    onChange: (listener) => flux.onChange(listener),
    resource: (namespace, name) => flux.kustomization(namespace, name)?.object,
    actions: (object) => actionsOf(object).toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    run(object, action, run) {
      const made = runBundledAction(object, action, run);
      if (!made) throw new ActionError(`${object.kind} "${object.metadata.name}" has no action "${action}"`);
      return made;
    },
  };
}

function unsupported(sentence: string): ActionRefused {
  return new ActionRefused('UNSUPPORTED', sentence, 'Revert the commit in Git.');
}

function describe(kustomization: Kustomization, flux: FluxController): FaceItem {
  const { spec, object, namespace, name } = kustomization;
  const repository = flux.repository(spec.sourceRef.namespace ?? namespace, spec.sourceRef.name);
  const ref = repository?.spec.ref;
  return {
    key: deliveryKey(namespace, name),
    frontEnd: 'flux',
    kind: 'Kustomization',
    namespace,
    name,
    project: namespace,
    labels: object.metadata.labels ?? {},
    destination: { cluster: 'in-cluster', namespace: spec.targetNamespace ?? '' },
    source: {
      url: repository?.spec.url ?? '',
      path: (spec.path ?? '').replace(/^\.\/?/, ''),
      revision: ref?.commit ?? ref?.name ?? ref?.tag ?? ref?.branch ?? 'master',
    },
    automatic: true,
    suspended: spec.suspend === true,
    history: [],
    deleting: object.metadata.deletionTimestamp !== undefined,
  };
}
