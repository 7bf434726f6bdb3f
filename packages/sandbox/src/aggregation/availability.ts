// Looks at aggregated APIs when they or their services change, and every half minute; writes what it sees into the status
// of the APIService, and remembers what the server behind it serves for discovery.

import type { Clock } from '@evenkeel/std';
import type { KubeObject } from '@evenkeel/resource';
import type { Bag } from '../store/draft.ts';
import { Actor, type ControllerDeps } from '../workloads/actor.ts';
import { upsertCondition } from '../workloads/conditions.ts';
import { apiServices } from './local-services.ts';
import type { Availability, RemoteApis } from './remote.ts';

const againMs = 30_000;

/** What the servers behind aggregated APIs serve, by name of the APIService. */
export type RemoteResources = ReadonlyMap<string, readonly Bag[]>;

/** Starts to look; returns what is known and how to stop. */
export function watchAvailability(
  deps: ControllerDeps & { readonly clock: Clock },
  remote: RemoteApis,
  onError: (error: unknown) => void,
): { readonly resources: RemoteResources; readonly stop: () => void } {
  const actor = new Actor(deps, 'kube-apiserver');
  const resources = new Map<string, readonly Bag[]>();
  const looking = new Set<string>();
  const timers = new Map<string, () => void>();
  let stopped = false;
  const look = async (name: string): Promise<void> => {
    if (looking.has(name) || stopped) return;
    looking.add(name);
    try {
      const service = actor.get(apiServices, '', name);
      if (service === undefined || !isRemote(service)) return;
      const seen = await remote.check(service);
      if (stopped) return;
      resources.set(name, seen.resources ?? resources.get(name) ?? []);
      report(actor, service, seen);
    } finally {
      looking.delete(name);
    }
    timers.get(name)?.();
    timers.set(
      name,
      deps.clock.after(againMs, () => void look(name).catch(onError)),
    );
  };
  const lookAt = (names: readonly string[]): void => {
    // Events come in the middle of writes; the look comes after.
    for (const name of names) setImmediate(() => void look(name).catch(onError));
  };
  const remoteNames = (): readonly string[] =>
    actor
      .list(apiServices)
      .filter(isRemote)
      .map((each) => each.metadata.name ?? '');
  const stops = [
    deps.store.collection(apiServices).subscribe({
      event: ({ type, object, previous }) => {
        const sameSpec = previous !== undefined && previous['spec'] === object['spec'];
        if (type === 'DELETED') resources.delete(object.metadata.name ?? '');
        else if (isRemote(object) && !sameSpec && object['status'] === previous?.['status'])
          lookAt([object.metadata.name ?? '']);
        else if (type === 'ADDED' && isRemote(object)) lookAt([object.metadata.name ?? '']);
      },
    }),
    ...['services', 'endpointslices.discovery.k8s.io'].map((collection) =>
      deps.store.collection(collection).subscribe({ event: () => lookAt(remoteNames()) }),
    ),
  ];
  lookAt(remoteNames());
  return {
    resources,
    stop: () => {
      stopped = true;
      for (const stop of [...stops, ...timers.values()]) stop();
    },
  };
}

/** True where another server answers for it. */
function isRemote(service: KubeObject): boolean {
  return (service['spec'] as { readonly service?: unknown } | undefined)?.service !== undefined;
}

function report(actor: Actor, service: KubeObject, { status, reason, message }: Availability): void {
  const now = actor.now();
  actor.updateStatus(apiServices, service, (written) => {
    upsertCondition(written, { type: 'Available', status, reason, message }, now);
  });
}
