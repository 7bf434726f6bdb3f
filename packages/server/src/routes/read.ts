// Routes that only read.

import { type ObjectRef, apiRoot } from '@evenkeel/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Backend, findItem } from '../backend.ts';
import { ActionRefused, type FaceItem } from '../faces/face.ts';
import { logsOf } from '../views/logs.ts';
import { eventsOf, resourceDetailOf } from '../views/resource.ts';
import { detailOf, summaryOf } from '../views/summary.ts';
import { timelineOf, waterlinesOf } from '../views/timeline.ts';
import { treeOf } from '../views/tree.ts';

const HOURS_MAX = 24 * 31;

interface DeliveryParams {
  readonly frontEnd: string;
  readonly namespace: string;
  readonly name: string;
}

/** Adds every GET route of the API. */
export function addReadRoutes(app: FastifyInstance, backend: Backend): void {
  const one = `${apiRoot}/deliveries/:frontEnd/:namespace/:name`;
  app.get(`${apiRoot}/info`, () => backend.info());
  app.get(`${apiRoot}/deliveries`, () => ({
    items: backend.faces
      .flatMap((face) => face.list().map((item) => summaryOf(item, backend)))
      .sort((left, right) => (left.key < right.key ? -1 : 1)),
  }));
  app.get(one, async (request) => detailOf(itemFor(request, backend), backend));
  app.get(`${one}/tree`, (request) => {
    const { key } = itemFor(request, backend);
    const report = backend.deliveries.report(key);
    const delivery = backend.deliveries.delivery(key);
    const cluster = backend.cluster(delivery?.destination.cluster ?? '');
    return report && cluster ? treeOf(report, cluster, delivery?.frontEnd.health) : { nodes: [] };
  });
  app.get(`${one}/resource`, (request) => {
    const { key } = itemFor(request, backend);
    const ref = refFrom(request);
    const found = resourceDetailOf(key, ref, backend);
    if (!found) throw new ActionRefused('NOT_FOUND', `"${key}" has no ${ref.kind} "${ref.name}"`);
    return found;
  });
  app.get(`${one}/events`, async (request) => {
    const { key } = itemFor(request, backend);
    const { kind } = request.query as { readonly kind?: string };
    return eventsOf(key, kind === undefined ? undefined : refFrom(request), backend);
  });
  app.get(`${one}/logs`, async (request) => {
    const { key } = itemFor(request, backend);
    return logsOf(key, refFrom(request), request.query as Readonly<Record<string, string>>, backend);
  });
  app.get(`${one}/timeline`, (request) => {
    const { before } = request.query as { readonly before?: string };
    return timelineOf(backend.history, {
      key: itemFor(request, backend).key,
      ...(before === undefined ? {} : { before }),
    });
  });
  app.get(`${apiRoot}/timeline`, (request) => {
    const { before } = request.query as { readonly before?: string };
    return timelineOf(backend.history, before === undefined ? {} : { before });
  });
  app.get(`${apiRoot}/waterlines`, (request) => {
    const { hours = '24' } = request.query as { readonly hours?: string };
    const span = Math.min(HOURS_MAX, Math.max(1, Number(hours) || 24)) * 3600e3;
    const toMs = backend.clock.now();
    return waterlinesOf(backend.history, { fromMs: toMs - span, toMs });
  });
}

/** The application a request names; refused with 404 where there is none. */
export function itemFor(request: FastifyRequest, backend: Backend): FaceItem {
  return foundFor(request, backend).item;
}

/** The application a request names, with its face. */
export function foundFor(request: FastifyRequest, backend: Backend): NonNullable<ReturnType<typeof findItem>> {
  const { frontEnd, namespace, name } = request.params as DeliveryParams;
  const found = findItem(backend, frontEnd, { namespace, name });
  if (!found) throw new ActionRefused('NOT_FOUND', `there is no application "${frontEnd}/${namespace}/${name}"`);
  return found;
}

/** The object that a query names. Throws ActionRefused. */
export function refFrom(request: FastifyRequest): ObjectRef {
  const { group = '', kind = '', namespace = '', name = '' } = request.query as Partial<ObjectRef>;
  if (kind === '' || name === '') throw new ActionRefused('BAD_REQUEST', 'the query must name kind and name');
  return { group, kind, namespace, name };
}
