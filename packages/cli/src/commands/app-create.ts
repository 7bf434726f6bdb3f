// `evenkeel app create`: writes an Application, from flags or from a file, through the Kubernetes API.

import { resolve } from 'node:path';
import { apiPaths, applicationAnswer } from '@evenkeel/api';
import { cascadeFinalizer, inClusterServer, newApplication, newApplicationProblem } from '@evenkeel/argo';
import { createHttpTransport, createKubeClient, loadKubeconfig } from '@evenkeel/kube';
import { type Json, type JsonObject, type KubeObject, gvkOf, jsonEquals } from '@evenkeel/resource';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { parseManifests, readManifests } from '../manifests.ts';
import { kubeconfigFor, tokenFor } from '../session.ts';
import { readPairs } from './app-select.ts';
import { type SpecFlags, withSpecFlags } from './app-spec.ts';

export interface CreateOptions {
  readonly file?: string;
  readonly kubeconfig?: string;
  readonly server?: string;
  readonly label?: readonly string[];
  readonly annotations?: readonly string[];
  readonly setFinalizer?: boolean;
  readonly upsert?: boolean;
  readonly validate?: boolean;
  readonly appNamespace?: string;
}

const defaultNamespace = 'argocd';

/** Creates the Application; one that exists already is changed only with --upsert, as argocd does. */
export async function appCreate(name: string | undefined, options: CreateOptions, io: Io): Promise<void> {
  // With a token the server knows what may be created; without one the cluster does.
  if (tokenFor(io) !== undefined && options.kubeconfig === undefined) return createThroughServer(name, options, io);
  const kubeconfig = kubeconfigFor(io, options.kubeconfig);
  if (kubeconfig === undefined)
    throw new CommandFailure('no cluster: start one with `evenkeel up`, or name a --kubeconfig', exitCodes.connection);
  const objects = await wanted(name, options, io);
  await using transport = createHttpTransport(await loadKubeconfig({ files: [resolve(io.cwd, kubeconfig)] }));
  const client = createKubeClient(transport);
  for (const object of objects) {
    const type = await client.discovery.resolve(gvkOf(object));
    if (!type)
      throw new CommandFailure(
        `the cluster serves no kind "${object.kind}" of ${object.apiVersion}`,
        exitCodes.generic,
      );
    const namespace = object.metadata.namespace ?? options.appNamespace ?? defaultNamespace;
    const placed = { ...object, metadata: { ...object.metadata, namespace } };
    const existing = await client.get(type, { namespace, name: object.metadata.name ?? '' });
    if (existing && options.upsert !== true && !jsonEquals(existing['spec'] as Json, object['spec'] as Json)) {
      throw new CommandFailure(
        'existing application spec is different, use upsert flag to force update',
        exitCodes.generic,
      );
    }
    const problem =
      object.kind === 'Application' && options.validate !== false
        ? await newApplicationProblem(client, placed)
        : undefined;
    if (problem !== undefined) throw new CommandFailure(problem, exitCodes.generic);
    await client.apply(type, placed, { fieldManager: 'evenkeel-cli', force: true });
    io.out(
      `application '${object.metadata.name}' ${existing ? (options.upsert === true ? 'updated' : 'unchanged') : 'created'}\n`,
    );
  }
}

/** The Applications of a file, or the one that flags describe. */
async function wanted(name: string | undefined, options: CreateOptions, io: Io): Promise<readonly KubeObject[]> {
  const flags = options as unknown as SpecFlags;
  const { file } = options;
  if (file === undefined) return [dressed(fromFlags(name, flags, io), options)];
  const objects =
    file === '-' ? parseManifests(await io.stdin(), 'standard input') : readManifests(resolve(io.cwd, file));
  return objects.map((object) => {
    if (object.kind !== 'Application') return object;
    if (name !== undefined && name !== object.metadata.name)
      throw new CommandFailure(
        `app name '${name}' does not match app spec metadata.name '${object.metadata.name ?? ''}'`,
        exitCodes.generic,
      );
    const spec = (object['spec'] ?? {}) as JsonObject;
    // What flags say of one source cannot be meant for several.
    const isMany = spec['sources'] !== undefined;
    return dressed(isMany ? object : { ...object, spec: withSpecFlags(spec, flags, { io }) }, options);
  });
}

async function createThroughServer(name: string | undefined, options: CreateOptions, io: Io): Promise<void> {
  for (const object of await wanted(name, options, io)) {
    const namespace = object.metadata.namespace ?? options.appNamespace ?? defaultNamespace;
    const { action } = await send(io, options, {
      path: apiPaths.applications(),
      method: 'POST',
      body: {
        application: { ...object, metadata: { ...object.metadata, namespace } },
        upsert: options.upsert === true,
      },
      schema: applicationAnswer,
    });
    io.out(`application '${object.metadata.name}' ${action}\n`);
  }
}

function fromFlags(name: string | undefined, flags: SpecFlags, io: Io): KubeObject {
  if (name === undefined) throw new CommandFailure('name the application, or give a file with -f', exitCodes.generic);
  if (flags['repo'] === undefined && flags['drySourceRepo'] === undefined)
    throw new CommandFailure('--repo is required: the URL of the repository', exitCodes.generic);
  const isPlaced = flags['destName'] !== undefined || flags['destServer'] !== undefined;
  const destination = isPlaced ? {} : { destination: { server: inClusterServer } };
  const spec = withSpecFlags({ project: 'default', ...destination }, flags, { io });
  const slash = name.indexOf('/');
  const namespace = slash < 0 ? {} : { namespace: name.slice(0, slash) };
  const metadata = { name: name.slice(slash + 1), ...namespace };
  return newApplication(metadata, spec);
}

/** The object with the labels, annotations and finalizer of the flags. */
function dressed(object: KubeObject, { label = [], annotations = [], setFinalizer }: CreateOptions): KubeObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, ...readPairs(label, 'label') };
  const notes = { ...metadata.annotations, ...readPairs(annotations, 'annotation') };
  const finalizers = [...(metadata.finalizers ?? []), ...(setFinalizer === true ? [cascadeFinalizer] : [])];
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(notes).length > 0 ? { annotations: notes } : {}),
      ...(finalizers.length > 0 ? { finalizers: [...new Set(finalizers)] } : {}),
    },
  };
}
