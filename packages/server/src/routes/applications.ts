// The Application itself and its live objects: read whole, changed, previewed at another revision or of other manifests.
// Mirrors what argoproj/argo-cd:server/application/application.go (3.6) lets its command do.

import { Readable } from 'node:stream';
import {
  type Accepted,
  type ApplicationManifest,
  type PreviewAnswer,
  apiRoot,
  applicationChange,
  previewRequest,
  resourceDeleteRequest,
  resourcePatchRequest,
} from '@evenkeel/api';
import { type Preview } from '@evenkeel/delivery';
import { maskSecret } from '@evenkeel/engine';
import { KubeError, type ResourceType } from '@evenkeel/kube';
import {
  type Json,
  type KubeObject,
  type ObjectRef,
  emitSigsYaml,
  gvkOf,
  parseJson,
  refKey,
  refOf,
} from '@evenkeel/resource';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkProject } from '../access/edit-rules.ts';
import { rightsOf } from '../access/guard-routes.ts';
import type { Backend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';
import { type Subject, freshObject } from '../run-action.ts';
import { resourceView } from '../views/summary.ts';
import { treeOf } from '../views/tree.ts';
import { parseBody } from './act.ts';
import { foundFor, itemFor, refFrom } from './read.ts';
import { followLogs } from '../views/logs.ts';

/** Manifests of a whole application go in one request. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** Adds the routes. */
export function addApplicationRoutes(app: FastifyInstance, backend: Backend): void {
  const one = `${apiRoot}/deliveries/:frontEnd/:namespace/:name`;
  const note = (request: FastifyRequest, key: string, what: string): void =>
    backend.history.record({ kind: 'action', app: key, who: { name: rightsOf(request).username }, what });
  app.get(`${one}/logs/follow`, async (request, reply) => {
    const { key } = itemFor(request, backend);
    const lines = followLogs(key, refFrom(request), request.query as Readonly<Record<string, string>>, backend);
    return reply.type('text/plain').send(Readable.from(lines));
  });
  app.get(`${one}/application`, (request) => {
    const { face, item } = foundFor(request, backend);
    return manifestOf(face.resource(item.namespace, item.name));
  });
  app.patch(`${one}/application`, async (request) => {
    const { item } = foundFor(request, backend);
    const change = parseBody(applicationChange, request.body);
    if (item.frontEnd !== 'argo' || !backend.applications)
      throw new ActionRefused('UNSUPPORTED', `a ${item.kind} is changed in Git or with kubectl`);
    const rights = rightsOf(request);
    const at = { namespace: item.namespace, name: item.name };
    const changed = await backend.applications.change(at, change, (project) => checkProject(item, project, rights));
    note(request, item.key, 'approveDeletion' in change ? 'Agreed that objects go' : 'Changed the Application');
    return manifestOf(changed);
  });
  app.post(`${one}/preview`, { bodyLimit: BODY_BYTES_MAX }, async (request): Promise<PreviewAnswer> => {
    const { key } = itemFor(request, backend);
    const { revision, revisions, manifests } = parseBody(previewRequest, request.body);
    const { username } = rightsOf(request);
    const found = await backend.deliveries.preview(
      key,
      { id: 'preview', initiatedBy: { automated: false, username }, revision, revisions, manifests },
      AbortSignal.timeout(PREVIEW_TIMEOUT_MS),
    );
    if (!found) throw notReady(key);
    return previewOf(found, backend.deliveries.delivery(key)?.frontEnd.sensitiveAnnotations?.() ?? []);
  });
  app.patch(`${one}/resource`, async (request): Promise<Accepted> => {
    const { ref, patch, patchType } = parseBody(resourcePatchRequest, request.body);
    const { subject, type, at, key } = await subjectFor(request, ref, backend);
    await refusing(() => subject.cluster.client.patch(type, at, patchType, readPatch(patch), { fieldManager }));
    note(request, key, `Patched ${ref.kind} ${ref.name}`);
    return { message: `Resource '${ref.name}' patched` };
  });
  app.delete(`${one}/resource`, async (request): Promise<Accepted> => {
    const { ref, force, orphan } = parseBody(resourceDeleteRequest, request.body);
    const { subject, type, at, key } = await subjectFor(request, ref, backend);
    await refusing(() =>
      subject.cluster.client.delete(type, at, {
        propagationPolicy: orphan === true ? 'Orphan' : 'Foreground',
        ...(force === true
          ? { gracePeriodSeconds: 0, propagationPolicy: orphan === true ? 'Orphan' : 'Background' }
          : {}),
      }),
    );
    note(request, key, `Deleted ${ref.kind} ${ref.name}`);
    return { message: `Resource '${ref.name}' deleted` };
  });
}

const fieldManager = 'argocd-server';
const PREVIEW_TIMEOUT_MS = 60_000;

function notReady(key: string): ActionRefused {
  return new ActionRefused('NOT_READY', `"${key}" has not been compared yet`, 'Try again in a moment.');
}

function manifestOf(object: KubeObject | undefined): ApplicationManifest {
  if (!object) throw new ActionRefused('NOT_FOUND', 'the application is gone');
  const { managedFields: _owners, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as ApplicationManifest;
}

function previewOf({ revisions, objects, resources, refusals }: Preview, sensitive: readonly string[]): PreviewAnswer {
  return {
    revisions: [...revisions],
    manifests: objects.map((object) => ({
      ref: refOf(object),
      labels: { ...object.metadata.labels },
      yaml: emitSigsYaml(maskSecret(object, sensitive) as unknown as Json),
    })),
    resources: resources.map(resourceView),
    refusals: refusals.map(({ code, sentence, remedy, at }) => ({
      code,
      sentence,
      ...(remedy === undefined ? {} : { remedy }),
      ...(at === undefined ? {} : { file: at.file, ...(at.line === undefined ? {} : { line: at.line }) }),
    })),
  };
}

interface Found {
  readonly key: string;
  readonly subject: Subject;
  readonly type: ResourceType;
  readonly at: { readonly namespace: string; readonly name: string };
}

/** An object of the application's tree that may be touched. */
async function subjectFor(request: FastifyRequest, ref: ObjectRef, backend: Backend): Promise<Found> {
  const { key } = itemFor(request, backend);
  const delivery = backend.deliveries.delivery(key);
  const report = backend.deliveries.report(key);
  const cluster = backend.cluster(delivery?.destination.cluster ?? '');
  if (!delivery || !report || !cluster) throw notReady(key);
  const nodes = treeOf(report, cluster, delivery.frontEnd.health).nodes;
  if (!nodes.some((node) => refKey(node.ref) === refKey(ref)))
    throw new ActionRefused('NOT_FOUND', `"${key}" has no ${ref.kind} "${ref.name}"`);
  const subject = { cluster, delivery, ref };
  const object = await freshObject(subject);
  const type = await cluster.client.discovery.resolve(gvkOf(object));
  if (!type) throw new ActionRefused('NOT_FOUND', `the cluster has no kind "${ref.kind}" of "${ref.group}"`);
  const why = delivery.limits?.forbids(ref, type.namespaced);
  if (why !== undefined) throw new ActionRefused('NOT_PERMITTED', `${ref.kind} "${ref.name}": ${why}`);
  return { key, subject, type, at: { namespace: type.namespaced ? ref.namespace : '', name: ref.name } };
}

function readPatch(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw new ActionRefused('BAD_REQUEST', `the patch is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** What the cluster refuses is told in its words. */
async function refusing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof KubeError) throw new ActionRefused('ACTION_FAILED', error.message);
    throw error;
  }
}
