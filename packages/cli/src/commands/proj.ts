// `evenkeel proj …`: the verbs of argocd for projects, with its exit codes.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/project.go and cmd/util/project.go (3.6).

import { resolve } from 'node:path';
import {
  type ProjectDetail,
  type ProjectList,
  accepted,
  apiPaths,
  projectAnswer,
  projectDetail,
  projectList,
} from '@evenkeel/api';
import { type ProjectSpec, type RestrictedKind, newProject } from '@evenkeel/argo';
import type { JsonObject } from '@evenkeel/resource';
import { send } from '../api-request.ts';
import { editSpec } from '../editor.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { formatData } from '../output/format.ts';
import type { EditSpec } from './proj-edits.ts';
import { printProject, printProjectList, specOf } from './proj-print.ts';
import { printWindows } from './proj-windows.ts';

export interface ProjOptions {
  readonly server?: string;
  readonly output?: string;
}

/** The flags that describe a project. */
export interface SpecFlags {
  readonly description?: string;
  readonly dest?: readonly string[];
  readonly src?: readonly string[];
  readonly signatureKeys?: string;
  readonly orphanedResources?: boolean;
  readonly orphanedResourcesWarn?: boolean;
  readonly allowClusterResource?: readonly string[];
  readonly denyClusterResource?: readonly string[];
  readonly allowNamespacedResource?: readonly string[];
  readonly denyNamespacedResource?: readonly string[];
  readonly sourceNamespaces?: string;
  readonly destServiceAccounts?: readonly string[];
}

type Resource = ProjectList['items'][number];

export async function projList(options: ProjOptions, io: Io): Promise<void> {
  const { items } = await send(io, options, { path: apiPaths.projects(), schema: projectList });
  if (options.output === 'name') io.out(items.map(({ metadata }) => `${metadata.name}\n`).join(''));
  else io.out(formatData(items, options.output) ?? printProjectList(items));
}

export async function projGet(name: string, options: ProjOptions, io: Io): Promise<void> {
  const detail = await fetchProject(name, options, io);
  io.out(formatData(detail.project, options.output) ?? printProject(detail));
}

export async function projCreate(
  name: string | undefined,
  options: ProjOptions & SpecFlags & { readonly file?: string; readonly upsert?: boolean },
  io: Io,
): Promise<void> {
  const { file } = options;
  const objects = file === undefined ? [fromFlags(name, options)] : readManifests(resolve(io.cwd, file));
  for (const project of objects) {
    const answer = await send(io, options, {
      path: apiPaths.projects(),
      method: 'POST',
      body: { project, upsert: options.upsert === true },
      schema: projectAnswer,
    });
    io.out(
      formatData(answer.project, options.output) ?? `project '${answer.project.metadata.name}' ${answer.action}\n`,
    );
  }
}

export async function projSet(name: string, options: ProjOptions & SpecFlags, io: Io): Promise<void> {
  const change = specOfFlags(options);
  if (Object.keys(change).length === 0)
    throw new CommandFailure('Please set at least one option to update', exitCodes.generic);
  await projEdit(name, (spec) => ({ spec: { ...spec, ...change } }), options, io);
}

export async function projDelete(names: readonly string[], options: ProjOptions, io: Io): Promise<void> {
  for (const name of names) {
    await send(io, options, { path: apiPaths.project(name), method: 'DELETE', body: {}, schema: accepted });
    io.out(`project '${name}' deleted\n`);
  }
}

/** Reads a project, changes it, and writes it back; another change in between is refused by the cluster. */
export async function projEdit(name: string, edit: EditSpec, options: ProjOptions, io: Io): Promise<void> {
  const { project } = await fetchProject(name, options, io);
  const { spec, say } = edit(specOf(project));
  if (spec) {
    await send(io, options, {
      path: apiPaths.project(name),
      method: 'PUT',
      body: { project: { ...project, spec } },
      schema: projectAnswer,
    });
  }
  if (say !== undefined) io.out(`${say}\n`);
}

/** The spec in an editor. */
export async function projEditor(name: string, options: ProjOptions, io: Io): Promise<void> {
  const spec = specOf((await fetchProject(name, options, io)).project) as unknown as JsonObject;
  const accept = (after: JsonObject): Promise<void> =>
    projEdit(name, () => ({ spec: after as unknown as ProjectSpec }), options, io);
  await editSpec({ name, spec }, accept, io);
}

export async function projWindows(name: string, options: ProjOptions, io: Io): Promise<void> {
  const spec = specOf((await fetchProject(name, options, io)).project);
  io.out(formatData(spec.syncWindows ?? [], options.output) ?? printWindows(spec, Date.now()));
}

/** A project, and what belongs to it. */
export function fetchProject(name: string, options: ProjOptions, io: Io): Promise<ProjectDetail> {
  return send(io, options, { path: apiPaths.project(name), schema: projectDetail });
}

function fromFlags(name: string | undefined, flags: SpecFlags): Resource {
  if (name === undefined) throw new CommandFailure('name the project, or give a file with -f', exitCodes.generic);
  return newProject(name, specOfFlags(flags)) as unknown as Resource;
}

/** What the flags say, and no field that they do not. */
function specOfFlags(flags: SpecFlags): ProjectSpec {
  const kindsOf = (texts: readonly string[] | undefined): readonly RestrictedKind[] => (texts ?? []).map(readKind);
  const orphans = flags.orphanedResources === true || flags.orphanedResourcesWarn !== undefined;
  const all: ProjectSpec = {
    ...(flags.description === undefined ? {} : { description: flags.description }),
    sourceRepos: flags.src ?? [],
    destinations: (flags.dest ?? []).map(readDestination),
    sourceNamespaces: split(flags.sourceNamespaces),
    signatureKeys: split(flags.signatureKeys).map((keyID) => ({ keyID })),
    clusterResourceWhitelist: kindsOf(flags.allowClusterResource),
    clusterResourceBlacklist: kindsOf(flags.denyClusterResource),
    namespaceResourceWhitelist: kindsOf(flags.allowNamespacedResource),
    namespaceResourceBlacklist: kindsOf(flags.denyNamespacedResource),
    destinationServiceAccounts: (flags.destServiceAccounts ?? []).map(readServiceAccount),
    ...(orphans ? { orphanedResources: { warn: flags.orphanedResourcesWarn === true } } : {}),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  ) as ProjectSpec;
}

function split(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}

function readDestination(text: string): NonNullable<ProjectSpec['destinations']>[number] {
  const [server, namespace, ...more] = text.split(',');
  if (server === undefined || namespace === undefined || more.length > 0)
    throw new CommandFailure(`Expected destination of the form: server,namespace. Received: ${text}`, 1);
  return { server, namespace };
}

function readServiceAccount(text: string): NonNullable<ProjectSpec['destinationServiceAccounts']>[number] {
  const [server, namespace, account, ...more] = text.split(',');
  if (server === undefined || namespace === undefined || account === undefined || more.length > 0) {
    throw new CommandFailure(
      `Expected destination service account of the form: server,namespace, defaultServiceAccount. Received: ${text}`,
      1,
    );
  }
  return { server, namespace, defaultServiceAccount: account };
}

/** "KIND", "GROUP/KIND" or "GROUP/KIND/NAME" */
function readKind(text: string): RestrictedKind {
  const parts = text.split('/');
  if (parts.length === 1) return { group: '', kind: text };
  const [group = '', kind = '', name] = parts;
  return { group, kind, ...(name === undefined ? {} : { name }) };
}
