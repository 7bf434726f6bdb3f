// `evenkeel app create`: writes an Application, from flags or from a file, through the Kubernetes API.

import { resolve } from 'node:path';
import { apiPaths, applicationAnswer } from '@evenkeel/api';
import { inClusterServer, newApplication, newApplicationProblem } from '@evenkeel/argo';
import { createHttpTransport, createKubeClient, loadKubeconfig } from '@evenkeel/kube';
import { type Json, type KubeObject, gvkOf } from '@evenkeel/resource';
import { send } from '../api-request.ts';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { kubeconfigFor, tokenFor } from '../session.ts';

export interface CreateOptions {
  readonly file?: string;
  readonly kubeconfig?: string;
  readonly server?: string;
  readonly repo?: string;
  readonly path?: string;
  readonly revision?: string;
  readonly destServer?: string;
  readonly destName?: string;
  readonly destNamespace?: string;
  readonly project?: string;
  readonly syncPolicy?: string;
  readonly autoPrune?: boolean;
  readonly selfHeal?: boolean;
  readonly allowEmpty?: boolean;
  readonly syncOption: readonly string[];
  readonly label: readonly string[];
  readonly upsert?: boolean;
  readonly appNamespace: string;
}

/** Creates the Application; one that exists already is changed only with --upsert, as argocd does. */
export async function appCreate(name: string | undefined, options: CreateOptions, io: Io): Promise<void> {
  // With a token the server knows what may be created; without one the cluster does.
  if (tokenFor(io) !== undefined && options.kubeconfig === undefined) return createThroughServer(name, options, io);
  const kubeconfig = kubeconfigFor(io, options.kubeconfig);
  if (kubeconfig === undefined)
    throw new CommandFailure('no cluster: start one with `evenkeel up`, or name a --kubeconfig', exitCodes.connection);
  const objects = wanted(name, options, io);
  await using transport = createHttpTransport(await loadKubeconfig({ files: [resolve(io.cwd, kubeconfig)] }));
  const client = createKubeClient(transport);
  for (const object of objects) {
    const type = await client.discovery.resolve(gvkOf(object));
    if (!type)
      throw new CommandFailure(
        `the cluster serves no kind "${object.kind}" of ${object.apiVersion}`,
        exitCodes.generic,
      );
    const namespace = object.metadata.namespace ?? options.appNamespace;
    const placed = { ...object, metadata: { ...object.metadata, namespace } };
    const existing = await client.get(type, { namespace, name: object.metadata.name ?? '' });
    if (existing && options.upsert !== true && JSON.stringify(existing['spec']) !== JSON.stringify(object['spec'])) {
      throw new CommandFailure(
        'existing application spec is different, use upsert flag to force update',
        exitCodes.generic,
      );
    }
    const problem = object.kind === 'Application' ? await newApplicationProblem(client, placed) : undefined;
    if (problem !== undefined) throw new CommandFailure(problem, exitCodes.generic);
    await client.apply(type, placed, { fieldManager: 'evenkeel-cli', force: true });
    io.out(
      `application '${object.metadata.name}' ${existing ? (options.upsert === true ? 'updated' : 'unchanged') : 'created'}\n`,
    );
  }
}

function wanted(name: string | undefined, options: CreateOptions, io: Io): readonly KubeObject[] {
  return options.file === undefined ? [fromFlags(name, options)] : readManifests(resolve(io.cwd, options.file));
}

async function createThroughServer(name: string | undefined, options: CreateOptions, io: Io): Promise<void> {
  for (const object of wanted(name, options, io)) {
    const namespace = object.metadata.namespace ?? options.appNamespace;
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

function fromFlags(name: string | undefined, options: CreateOptions): KubeObject {
  if (name === undefined) throw new CommandFailure('name the application, or give a file with -f', exitCodes.generic);
  if (options.repo === undefined)
    throw new CommandFailure('--repo is required: the URL of the repository', exitCodes.generic);
  const automated =
    options.syncPolicy === 'automated' || options.syncPolicy === 'auto' || options.syncPolicy === 'automatic';
  if (
    options.syncPolicy !== undefined &&
    !automated &&
    options.syncPolicy !== 'none' &&
    options.syncPolicy !== 'manual'
  ) {
    throw new CommandFailure(
      `--sync-policy "${options.syncPolicy}" is not known; one of: manual, automated`,
      exitCodes.generic,
    );
  }
  const syncPolicy: Record<string, Json> = {};
  if (automated) {
    syncPolicy['automated'] = {
      ...(options.autoPrune === true ? { prune: true } : {}),
      ...(options.selfHeal === true ? { selfHeal: true } : {}),
      ...(options.allowEmpty === true ? { allowEmpty: true } : {}),
    };
  }
  if (options.syncOption.length > 0) syncPolicy['syncOptions'] = options.syncOption;
  return newApplication({
    name,
    repoURL: options.repo,
    path: options.path,
    revision: options.revision,
    project: options.project,
    destination: {
      ...(options.destName === undefined
        ? { server: options.destServer ?? inClusterServer }
        : { name: options.destName }),
      ...(options.destNamespace === undefined ? {} : { namespace: options.destNamespace }),
    },
    labels: Object.fromEntries(options.label.map(pair)),
    syncPolicy,
  });
}

function pair(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new CommandFailure(`"${text}" is no label; write key=value`, exitCodes.generic);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
