// Ingresses: whatever their class, a simulated ingress controller gives them the address of the first node.

import { type Bag, bagAt } from '../store/draft.ts';
import { type ControllerSpec, ownKey } from './controller.ts';
import { nodeAddress } from './nodes.ts';

const collection = 'ingresses.networking.k8s.io';

/** Gives ingresses their address. */
export function ingressController(): ControllerSpec {
  return {
    manager: 'ingress-controller',
    watches: { [collection]: ownKey },
    reconcile: (actor, namespace, name) => {
      const ingress = actor.get(collection, namespace, name);
      if (ingress === undefined || ingress.metadata.deletionTimestamp !== undefined) return;
      const known = bagAt(bagAt(ingress as unknown as Bag, 'status'), 'loadBalancer')?.['ingress'];
      if (known !== undefined) return;
      actor.updateStatus(collection, ingress, (status) => {
        status['loadBalancer'] = { ingress: [{ ip: nodeAddress(0) }] };
      });
    },
  };
}
