// Routes that change something. Each writes to the application's own resource and to the record of actions.

import { type Accepted, apiRoot, deleteRequest, refreshRequest, rollbackRequest, syncRequest } from '@evenkeel/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { rightsOf } from '../access/guard-routes.ts';
import type { Backend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';
import { foundFor } from './read.ts';

/** Adds every POST and DELETE route of the API. */
export function addActionRoutes(app: FastifyInstance, backend: Backend): void {
  const one = `${apiRoot}/deliveries/:frontEnd/:namespace/:name`;
  const note = (request: FastifyRequest, key: string, what: string, detail?: string): void =>
    backend.history.record({
      kind: 'action',
      app: key,
      who: { name: rightsOf(request).username },
      what,
      ...(detail === undefined ? {} : { detail }),
    });

  app.post(`${one}/sync`, async (request, reply): Promise<Accepted> => {
    const { face, item } = foundFor(request, backend);
    const wish = parseBody(syncRequest, request.body);
    await face.sync(item.namespace, item.name, { ...wish, username: rightsOf(request).username });
    note(request, item.key, wish.dryRun === true ? 'Asked for a dry run' : 'Asked for a sync', wish.revision);
    return taken(reply, `sync of ${item.name} requested`);
  });
  app.post(`${one}/refresh`, async (request, reply): Promise<Accepted> => {
    const { face, item } = foundFor(request, backend);
    await face.refresh(item.namespace, item.name, parseBody(refreshRequest, request.body).hard === true);
    return taken(reply, `refresh of ${item.name} requested`);
  });
  app.post(`${one}/rollback`, async (request, reply): Promise<Accepted> => {
    const { face, item } = foundFor(request, backend);
    const { id } = parseBody(rollbackRequest, request.body);
    const entry = item.history.find((candidate) => candidate.id === id);
    if (entry?.rollback.disabledReason !== undefined)
      throw new ActionRefused('DISABLED', entry.rollback.disabledReason);
    await face.rollback(item.namespace, item.name, { id, username: rightsOf(request).username });
    note(request, item.key, 'Asked for a rollback', entry?.revision);
    return taken(reply, `rollback of ${item.name} requested`);
  });
  app.post(`${one}/terminate`, (request, reply): Accepted => {
    const { item } = foundFor(request, backend);
    if (!backend.deliveries.terminate(item.key, `terminated by ${rightsOf(request).username}`))
      throw new ActionRefused('DISABLED', 'no sync is running');
    note(request, item.key, 'Terminated the running sync');
    return taken(reply, `sync of ${item.name} is being terminated`);
  });
  app.delete(one, async (request, reply): Promise<Accepted> => {
    const { face, item } = foundFor(request, backend);
    const cascade = parseBody(deleteRequest, request.body ?? {}).cascade ?? true;
    await face.remove(item.namespace, item.name, cascade);
    note(request, item.key, cascade ? 'Deleted with everything it has live' : 'Deleted; what it has live stays');
    return taken(reply, `${item.name} is being deleted`);
  });
}

function taken(reply: { code(status: number): unknown }, message: string): Accepted {
  reply.code(202);
  return { message };
}

/** A request body as its schema reads it. Throws ActionRefused. */
export function parseBody<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body ?? {});
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = issue.path?.map((part) => String(part.key)).join('.') ?? '';
  throw new ActionRefused('BAD_REQUEST', `${path === '' ? 'the request' : path}: ${issue.message}`);
}
