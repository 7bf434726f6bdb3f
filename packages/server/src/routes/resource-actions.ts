// Routes of resource actions: what may be done with an object of an application, and doing it.

import { type Accepted, type ObjectRef, type ResourceActionList, apiRoot, resourceActionRequest } from '@evenkeel/api';
import { clusterAs } from '@evenkeel/delivery';
import { ActionError } from '@evenkeel/engine';
import { type KubeObject, refKey, refOf } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { FastifyInstance } from 'fastify';
import { rightsOf } from '../access/guard-routes.ts';
import type { Backend } from '../backend.ts';
import { ActionRefused, type FaceItem } from '../faces/face.ts';
import { type Subject, freshObject, runAction } from '../run-action.ts';
import { treeOf } from '../views/tree.ts';
import { parseBody } from './act.ts';
import { foundFor, refFrom } from './read.ts';

/** Adds the routes. */
export function addResourceActionRoutes(app: FastifyInstance, backend: Backend): void {
  const path = `${apiRoot}/deliveries/:frontEnd/:namespace/:name/actions`;
  app.get(path, async (request): Promise<ResourceActionList> => {
    const { face, item } = foundFor(request, backend);
    const own = face.resource(item.namespace, item.name);
    const { kind } = request.query as { readonly kind?: string };
    const ref = kind === undefined && own ? refOf(own) : refFrom(request);
    const object = await freshObject(subjectOf(item, ref, backend, own));
    const items = offered(() => face.actions(object));
    return {
      ref,
      items: items.map(({ params, name, disabled, displayName, iconClass }) => ({
        name,
        disabled,
        ...(displayName === undefined ? {} : { displayName }),
        ...(iconClass === undefined ? {} : { iconClass }),
        parameters: (params ?? []).map((each) => ({ ...each })),
      })),
    };
  });
  app.post(path, async (request, reply): Promise<Accepted> => {
    const { face, item } = foundFor(request, backend);
    const { ref, action, parameters = {} } = parseBody(resourceActionRequest, request.body);
    const subject = subjectOf(item, ref, backend, face.resource(item.namespace, item.name));
    const now = kubeTime(backend.clock.now());
    const written = await runAction(subject, (object) => face.run(object, action, { parameters, now }));
    const named = `${ref.kind} ${ref.name}`;
    backend.history.record({
      kind: 'action',
      app: item.key,
      who: { name: rightsOf(request).username },
      what: `Ran the action ${action} on ${named}`,
      ...detailOf(written, ref, parameters),
    });
    reply.code(200);
    return { message: `${action} of ${named}: ${written.map(nameOf).join(', ') || 'nothing to change'}` };
  });
}

/** An object of the application's tree, or the application's own resource, which lives in the control plane. */
function subjectOf(item: FaceItem, ref: ObjectRef, backend: Backend, own: KubeObject | undefined): Subject {
  const delivery = backend.deliveries.delivery(item.key);
  if (own && refKey(refOf(own)) === refKey(ref)) {
    const home = backend.cluster('in-cluster');
    // Its own project says nothing about the resource an application is written in.
    if (home) return { cluster: home, delivery: undefined, ref };
  }
  const cluster = backend.cluster(delivery?.destination.cluster ?? '');
  const report = backend.deliveries.report(item.key);
  if (!cluster || !report) {
    throw new ActionRefused('NOT_READY', `"${item.key}" has not been compared yet`, 'Try again in a moment.');
  }
  const { nodes } = treeOf(report, cluster);
  if (!nodes.some((node) => refKey(node.ref) === refKey(ref))) {
    throw new ActionRefused('NOT_FOUND', `"${item.key}" has no ${ref.kind} "${ref.name}"`);
  }
  const { actsAs, refusal } = delivery?.limits ?? {};
  if (refusal) throw new ActionRefused('NOT_PERMITTED', refusal.sentence, refusal.remedy);
  return { cluster: clusterAs(cluster, actsAs), delivery, ref };
}

function offered<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ActionError) throw new ActionRefused('ACTION_FAILED', error.message);
    throw error;
  }
}

function nameOf(object: KubeObject): string {
  return `${object.kind} ${object.metadata.name}`;
}

function detailOf(
  written: readonly KubeObject[],
  ref: ObjectRef,
  parameters: Readonly<Record<string, string>>,
): { readonly detail?: string } {
  const told = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const made = written
    .filter((object) => refKey(refOf(object)) !== refKey(ref))
    .map((object) => `wrote ${nameOf(object)}`);
  return told.length + made.length === 0 ? {} : { detail: [...told, ...made].join(', ') };
}
