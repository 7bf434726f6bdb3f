// Projects as people write them: checked as upstream's API checks them, before anything is written.
// Mirrors argoproj/argo-cd:server/project/project.go (3.6).

import { type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import { type Json, type KubeObject, gvkOf } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import { type Application, sourcesOf } from '../application.ts';
import type { ClusterDirectory } from '../clusters/directory.ts';
import { withTidyTokens } from '../rbac/project-tokens.ts';
import { permitsDestination, permitsSource } from './permissions.ts';
import { type Project, type ProjectSpec, readProject } from './project.ts';
import { normalisePolicy, validateProject } from './validate.ts';

/** What a write is checked against. */
export interface ProjectWorld {
  readonly client: KubeClient;
  readonly applications: readonly Application[];
  readonly clusters: ClusterDirectory;
  readonly controlNamespace: string;
}

/** A write that is not done; the message is upstream's. */
export class ProjectRefused extends Error {
  override readonly name = 'ProjectRefused';
}

const fieldManager = 'evenkeel-server';

/** What became of a project that was to be created. */
export interface CreatedProject {
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly project: KubeObject;
}

/** Creates a project. One that exists is answered as it is where it says the same, and changed with `upsert` only. */
export async function createProject(object: KubeObject, upsert: boolean, world: ProjectWorld): Promise<CreatedProject> {
  const wanted = normalised(object, world);
  const problem = problemOf(readProject(wanted));
  if (problem !== undefined) throw new ProjectRefused(`error validating project: ${problem}`);
  const type = await typeOf(wanted, world);
  const existing = await world.client.get(type, locationOf(wanted));
  if (!existing) return { action: 'created', project: await world.client.create(type, wanted, { fieldManager }) };
  if (sameSpec(existing, wanted)) return { action: 'unchanged', project: existing };
  if (!upsert) throw new ProjectRefused('existing project spec is different; use upsert flag to force update');
  return { action: 'updated', project: await updateProject({ ...existing, spec: wanted['spec'] ?? {} }, world) };
}

/** Replaces a project. Refused where Applications that it permitted until now would be permitted no longer. */
export async function updateProject(object: KubeObject, world: ProjectWorld): Promise<KubeObject> {
  const wanted = normalised(object, world);
  const project = readProject(wanted);
  const problem = problemOf(project);
  if (problem !== undefined) throw new ProjectRefused(problem);
  const type = await typeOf(wanted, world);
  const existing = await world.client.get(type, locationOf(wanted));
  if (!existing) throw new ProjectRefused(`appprojects.${type.group} "${project.name}" not found`);
  const lost = impact(readProject(existing), project, world);
  if (lost !== undefined) throw new ProjectRefused(lost);
  return world.client.update(type, withTidyTokens(wanted), { fieldManager });
}

/** Deletes a project that no Application refers to. */
export async function removeProject(object: KubeObject, world: ProjectWorld): Promise<void> {
  const { name } = readProject(object);
  if (name === 'default') throw new ProjectRefused(`name '${name}' is reserved and cannot be deleted`);
  const count = world.applications.filter((application) => projectOf(application) === name).length;
  if (count > 0) throw new ProjectRefused(`project is referenced by ${count} applications`);
  try {
    await world.client.delete(await typeOf(object, world), locationOf(object));
  } catch (error) {
    if (!isKubeError(error, 404)) throw error;
  }
}

function problemOf(project: Project): string | undefined {
  return validateProject(project) ?? project.problems?.[0];
}

function impact(before: Project, after: Project, { applications, clusters }: ProjectWorld): string | undefined {
  const scoped = clusters.ofProject(after.name);
  let sources = 0;
  let destinations = 0;
  for (const { spec } of applications.filter((application) => projectOf(application) === after.name)) {
    const [{ repoURL = '' } = {}] = sourcesOf(spec);
    if (permitsSource(before, repoURL) && !permitsSource(after, repoURL)) sources += 1;
    const resolved = clusters.resolve(spec.destination ?? {});
    if (resolved.kind === 'problem') continue;
    const wanted = { cluster: resolved.cluster, namespace: spec.destination?.namespace ?? '' };
    if (permitsDestination(before, wanted, scoped) && !permitsDestination(after, wanted, scoped)) destinations += 1;
  }
  const parts = [
    ...(sources > 0 ? [`${sources} applications source became invalid`] : []),
    ...(destinations > 0 ? [`${destinations} applications destination became invalid`] : []),
  ];
  return parts.length === 0 ? undefined : `as a result of project update ${parts.join(' and ')}`;
}

function normalised(object: KubeObject, { controlNamespace }: ProjectWorld): KubeObject {
  const { managedFields: _owners, ...metadata } = object.metadata;
  const spec = (object['spec'] ?? {}) as ProjectSpec;
  const roles = spec.roles?.map((role) => ({
    ...role,
    ...(role.policies ? { policies: role.policies.map(normalisePolicy) } : {}),
  }));
  return {
    ...object,
    metadata: { ...metadata, namespace: controlNamespace },
    spec: { ...spec, ...(roles ? { roles } : {}) } as unknown as Json,
  } as KubeObject;
}

function sameSpec(left: KubeObject, right: KubeObject): boolean {
  return JSON.stringify(left['spec'] ?? {}) === JSON.stringify(right['spec'] ?? {});
}

async function typeOf(object: KubeObject, { client }: ProjectWorld): Promise<ResourceType> {
  return present(await client.discovery.resolve(gvkOf(object)), 'the definition of AppProject');
}

function locationOf({ metadata }: KubeObject): { readonly namespace: string | undefined; readonly name: string } {
  return { namespace: metadata.namespace, name: metadata.name ?? '' };
}

function projectOf({ spec }: Application): string {
  return spec.project || 'default';
}
