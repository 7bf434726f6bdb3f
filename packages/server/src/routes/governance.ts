// Projects and clusters: read, write, delete.

import {
  type Accepted,
  type ClusterList,
  type ProjectAnswer,
  type ProjectDetail,
  type ProjectList,
  apiRoot,
  clusterChange,
  clusterRequest,
  projectRequest,
} from '@evenkeel/api';
import { KubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { Backend, ClusterBackend, ProjectBackend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';

/** Adds the routes where this server has projects and clusters. */
export function addGovernanceRoutes(app: FastifyInstance, { projects, clusters }: Backend): void {
  if (projects) addProjectRoutes(app, projects);
  if (clusters) addClusterRoutes(app, clusters);
}

function addProjectRoutes(app: FastifyInstance, projects: ProjectBackend): void {
  const all = `${apiRoot}/projects`;
  const one = `${all}/:name`;
  app.get(all, (): ProjectList => ({ items: projects.list().map(asResource) }));
  app.get(one, (request): ProjectDetail => {
    const { object, ...rest } = projects.detail(nameOf(request)) ?? notFound(request);
    return { ...rest, project: asResource(object) };
  });
  app.post(all, async (request): Promise<ProjectAnswer> => {
    const { object, upsert } = wished(request);
    const { action, project } = await refusing(projects.create(object, upsert));
    return { action, project: asResource(project) };
  });
  app.put(one, async (request): Promise<ProjectAnswer> => {
    const { object } = wished(request);
    return { action: 'updated', project: asResource(await refusing(projects.update(object))) };
  });
  app.delete(one, async (request): Promise<Accepted> => {
    const name = nameOf(request);
    if (!projects.detail(name)) notFound(request);
    await refusing(projects.remove(name));
    return { message: `project '${name}' deleted` };
  });
}

function addClusterRoutes(app: FastifyInstance, clusters: ClusterBackend): void {
  const all = `${apiRoot}/clusters`;
  const one = `${all}/:id`;
  const find = async (request: FastifyRequest): Promise<ClusterList['items'][number]> => {
    const { id } = request.params as { readonly id: string };
    const items = (await clusters.list()) as unknown as ClusterList['items'];
    const found = items.find(({ server, name }) => server === id || name === id);
    if (!found) throw new ActionRefused('NOT_FOUND', `cluster "${id}" not found`);
    return found;
  };
  app.get(all, async (): Promise<ClusterList> => ({
    items: (await clusters.list()) as unknown as ClusterList['items'],
  }));
  app.get(one, async (request): Promise<ClusterList> => ({ items: [await find(request)] }));
  app.post(all, async (request): Promise<Accepted> => {
    const parsed = v.safeParse(clusterRequest, request.body);
    if (!parsed.success) throw new ActionRefused('BAD_REQUEST', parsed.issues[0].message);
    const { cluster, upsert = false } = parsed.output;
    await refusing(clusters.create(cluster, upsert));
    return { message: `Cluster '${cluster.server}' added` };
  });
  app.patch(one, async (request): Promise<Accepted> => {
    const { server, name } = await find(request);
    const parsed = v.safeParse(clusterChange, request.body);
    if (!parsed.success) throw new ActionRefused('BAD_REQUEST', parsed.issues[0].message);
    await refusing(clusters.change(server, parsed.output));
    return { message: `Cluster '${name}' updated.` };
  });
  app.post(`${one}/rotate-auth`, async (request): Promise<Accepted> => {
    const { server } = await find(request);
    await refusing(clusters.rotateAuth(server));
    return { message: `Cluster '${server}' rotated auth` };
  });
  app.delete(one, async (request): Promise<Accepted> => {
    const { server } = await find(request);
    await refusing(clusters.remove(server));
    return { message: `Cluster '${server}' removed` };
  });
}

/** What the backend refuses in a sentence is the caller's to correct; what the cluster refuses keeps its status. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KubeError)
      throw new ActionRefused(error.code === 404 ? 'NOT_FOUND' : 'CONFLICT', error.message);
    if (error instanceof Error) throw new ActionRefused('BAD_REQUEST', error.message);
    throw error;
  }
}

function wished(request: FastifyRequest): { readonly object: KubeObject; readonly upsert: boolean } {
  const parsed = v.safeParse(projectRequest, request.body);
  if (!parsed.success) throw new ActionRefused('BAD_REQUEST', parsed.issues[0].message);
  const { project, upsert = false } = parsed.output;
  if (project.kind !== 'AppProject') throw new ActionRefused('BAD_REQUEST', `a ${project.kind} is no AppProject`);
  return { object: project as unknown as KubeObject, upsert };
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { readonly name: string }).name;
}

function notFound(request: FastifyRequest): never {
  throw new ActionRefused('NOT_FOUND', `project '${nameOf(request)}' not found`);
}

function asResource(object: KubeObject): ProjectList['items'][number] {
  const { managedFields: _owners, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as ProjectList['items'][number];
}
