// ApplicationSets: read, preview, write, delete.

import {
  type Accepted,
  type ApplicationSetAnswer,
  type ApplicationSetList,
  type GenerateAnswer,
  apiRoot,
  applicationSetRequest,
} from '@evenkeel/api';
import type { KubeObject } from '@evenkeel/resource';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { Backend, SetBackend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';

/** Adds the routes where this server has sets. */
export function addSetRoutes(app: FastifyInstance, { sets, projects }: Backend): void {
  if (!sets) return;
  const wished = (request: FastifyRequest): Wish => {
    const wish = wishOf(request);
    checkProject(wish.object, projects);
    return wish;
  };
  const all = `${apiRoot}/applicationsets`;
  const one = `${all}/:namespace/:name`;
  app.get(all, (): ApplicationSetList => shown(sets.list()));
  app.get(one, (request): ApplicationSetList => shown([found(request, sets)]));
  app.post(`${all}/generate`, async (request): Promise<GenerateAnswer> => {
    const { items } = shown(await preview(wished(request).object, sets));
    return { applications: items };
  });
  app.post(all, async (request): Promise<ApplicationSetAnswer> => write(wished(request), sets));
  app.delete(one, async (request, reply): Promise<Accepted> => {
    const { metadata } = found(request, sets);
    await sets.remove(metadata.namespace ?? '', metadata.name ?? '');
    reply.code(202);
    return { message: `applicationset '${metadata.namespace ?? ''}/${metadata.name ?? ''}' deleted` };
  });
}

/** Mirrors argoproj/argo-cd:server/applicationset/applicationset.go checkCreatePermissions (3.6). */
function checkProject(object: KubeObject, projects: Backend['projects']): void {
  const { template } = (object['spec'] ?? {}) as {
    readonly template?: { readonly spec?: { readonly project?: unknown } };
  };
  const project = template?.spec?.project ?? 'default';
  if (!projects || typeof project !== 'string' || project.includes('{{') || projects.detail(project)) return;
  throw new ActionRefused('BAD_REQUEST', `ApplicationSet references project ${project} which does not exist`);
}

async function write({ object, upsert, dryRun }: Wish, sets: SetBackend): Promise<ApplicationSetAnswer> {
  const existing = sets.get(object.metadata.namespace ?? '', object.metadata.name ?? '');
  const same = existing !== undefined && JSON.stringify(existing['spec']) === JSON.stringify(object['spec']);
  if (existing && !same && !upsert) {
    throw new ActionRefused('CONFLICT', 'existing ApplicationSet spec is different, use upsert flag to force update');
  }
  const action = existing === undefined ? 'created' : same ? 'unchanged' : 'updated';
  if (dryRun) {
    const applications = shown(await preview(object, sets)).items;
    const resources = applications.map(({ metadata: { name, namespace } }) => ({
      group: object.apiVersion.split('/')[0],
      kind: 'Application',
      name,
      namespace,
    }));
    const planned = { ...object, status: { resources } } as unknown as KubeObject;
    return { action, applicationSet: asResource(planned), applications };
  }
  return { action, applicationSet: asResource(same ? existing : await sets.write(object)) };
}

async function preview(object: KubeObject, sets: SetBackend): Promise<readonly KubeObject[]> {
  try {
    return await sets.generate(object);
  } catch (error) {
    throw new ActionRefused(
      'BAD_REQUEST',
      `unable to generate Applications of ApplicationSet: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

interface Wish {
  readonly object: KubeObject;
  readonly upsert: boolean;
  readonly dryRun: boolean;
}

function wishOf(request: FastifyRequest): Wish {
  const parsed = v.safeParse(applicationSetRequest, request.body);
  if (!parsed.success) throw new ActionRefused('BAD_REQUEST', parsed.issues[0].message);
  const { applicationSet, upsert = false, dryRun = false } = parsed.output;
  if (applicationSet.kind !== 'ApplicationSet')
    throw new ActionRefused('BAD_REQUEST', `a ${applicationSet.kind} is no ApplicationSet`);
  const metadata = { ...applicationSet.metadata, namespace: applicationSet.metadata.namespace ?? 'argocd' };
  return { object: { ...applicationSet, metadata } as unknown as KubeObject, upsert, dryRun };
}

function found(request: FastifyRequest, sets: SetBackend): KubeObject {
  const { namespace, name } = request.params as { readonly namespace: string; readonly name: string };
  const object = sets.get(namespace, name);
  if (!object) throw new ActionRefused('NOT_FOUND', `applicationset '${namespace}/${name}' not found`);
  return object;
}

type Shown = ApplicationSetList['items'][number];

/** As an object leaves the API: without the record of its fields' owners. */
function asResource(object: KubeObject): Shown {
  const { managedFields: _owners, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as Shown;
}

function shown(objects: readonly KubeObject[]): ApplicationSetList {
  return {
    items: objects.map(asResource).toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1)),
  };
}
