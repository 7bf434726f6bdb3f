// Keeps each GitRepository's artifact at the newest commit of its reference.

import { type Controller, type Outcome, createController, patchStatus, removeFinalizer } from '@evenkeel/controller';
import { type Informer, type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { SourceStore } from '@evenkeel/source';
import { type Clock, parseDurationMs } from '@evenkeel/std';
import {
  type ArtifactPublisher,
  type PublishInput,
  artifactDirectory,
  buildArtifact,
  standingArtifact,
  unservedArtifact,
} from './artifacts.ts';
import { type Finding, repositoryStatus } from './git-repository-status.ts';
import {
  type GitReference,
  type GitRepository,
  type GitRepositorySpec,
  type GitRepositoryStatus,
  asStatus,
  pendingRequest,
  readResource,
} from './resources.ts';

const finalizer = 'finalizers.fluxcd.io';

/** Fields whose meaning we cannot give yet. */
const unsupported: readonly string[] = [
  'secretRef',
  'proxySecretRef',
  'serviceAccountName',
  'verify',
  'sparseCheckout',
  'recurseSubmodules',
  'include',
];

export interface GitRepositoriesOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly repositories: Informer;
  readonly store: SourceStore;
  /** Builds and serves archives; nothing is built when not given. */
  readonly publisher?: ArtifactPublisher | undefined;
  /** Whether a resource is this controller's to reconcile. */
  readonly isOurs: (object: KubeObject) => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFailure?: (key: string, error: Error) => void;
}

/** Reconciles GitRepositories: resolves the reference, says what was found, listens for pushes. */
export function startGitRepositories(options: GitRepositoriesOptions): Controller<string> {
  const watches = new Map<string, { readonly url: string; readonly stop: () => void }>();
  const controller = createController<string>({
    name: 'gitrepository',
    reconcile: (key, context) => reconcile(key, context.signal),
    concurrency: 8,
    backoff: { baseMs: 750, factor: 2, maxMs: 15 * 60e3 },
    clock: options.clock,
    signal: options.signal,
    onOutcome: ({ key, outcome }) => {
      if (outcome.kind === 'failed') options.onFailure?.(key, outcome.error);
    },
  });
  const listen = (key: string, repository: GitRepository): void => {
    const known = watches.get(key);
    if (known?.url === repository.spec.url) return;
    known?.stop();
    const intervalMs = parseDurationMs(repository.spec.interval) ?? 60e3;
    const stop = options.store.watch(repository.spec.url, () => controller.add(key), { intervalMs });
    watches.set(key, { url: repository.spec.url, stop });
  };
  const reconcile = async (key: string, signal: AbortSignal): Promise<Outcome> => {
    const [namespace = '', name = ''] = key.split('/');
    const object = options.repositories.get(namespace, name);
    if (!object || object.metadata.deletionTimestamp !== undefined || !options.isOurs(object)) {
      watches.get(key)?.stop();
      watches.delete(key);
      if (object && !options.isOurs(object)) return { kind: 'settled' };
      await options.publisher?.storage.remove(artifactDirectory({ namespace, name }));
      // Upstream's finalizer keeps its storage clean; whoever has taken over must let the resource go as well.
      if (object) await removeFinalizer(options.client, options.type, object, finalizer);
      return { kind: 'settled' };
    }
    const repository = readResource<GitRepositorySpec, GitRepositoryStatus>(object);
    if (repository.spec.suspend === true) return { kind: 'settled' };
    listen(key, repository);
    const finding = await look(repository, options, signal);
    const newest = options.repositories.get(namespace, name) ?? object;
    const current = readResource<GitRepositorySpec, GitRepositoryStatus>(newest);
    await writeStatus(
      current,
      repositoryStatus({ ...repository, status: current.status }, finding, options.clock.now()),
      options,
    );
    return finding.kind === 'failed' ? { kind: 'again', afterMs: 30e3 } : { kind: 'settled' };
  };
  options.repositories.onChange(({ object, previous }) => {
    if (previous && JSON.stringify(inputsOf(previous)) === JSON.stringify(inputsOf(object))) return;
    controller.add(`${object.metadata.namespace}/${object.metadata.name}`);
  });
  void sweepArchives(options);
  for (const object of options.repositories.list())
    controller.add(`${object.metadata.namespace}/${object.metadata.name}`);
  options.signal.addEventListener('abort', () => watches.forEach(({ stop }) => stop()), { once: true });
  return controller;
}

/** Removes archives of sources that went while nobody was watching. */
async function sweepArchives({ publisher, repositories }: GitRepositoriesOptions): Promise<void> {
  const kept = repositories
    .list()
    .map(({ metadata: { namespace = '', name = '' } }) => artifactDirectory({ namespace, name }));
  await publisher?.storage.sweep('gitrepository', new Set(kept));
}

async function look(repository: GitRepository, options: GitRepositoriesOptions, signal: AbortSignal): Promise<Finding> {
  const { spec, status, object } = repository;
  const field =
    unsupported.find((entry) => isSet(spec[entry])) ?? (spec.ref?.semver === undefined ? undefined : 'ref.semver');
  if (field !== undefined) return { kind: 'refused', message: `spec.${field} is not supported yet; remove it` };
  const request = pendingRequest(object, status.lastHandledReconcileAt);
  let sha: string;
  try {
    const resolving = { signal, ...(request === undefined ? {} : { maxAgeMs: 0 }) };
    ({ sha } = await options.store.resolve(spec.url, revisionOf(spec.ref), resolving));
  } catch (error) {
    signal.throwIfAborted();
    const message = `failed to checkout and determine revision: ${textOf(error)}`;
    return { kind: 'failed', step: 'fetch', reason: 'GitOperationFailed', message };
  }
  const { publisher, store, clock } = options;
  const revision = artifactRevision(spec.ref, sha);
  const input = { repository, revision, sha, store, clock, signal };
  if (!publisher) return { kind: 'stored', artifact: unservedArtifact(input) };
  const standing = await standingArtifact(input, publisher);
  return standing ? { kind: 'stored', artifact: standing } : build(input, publisher, options);
}

/** Says that an archive is being built, and builds it. */
async function build(
  input: PublishInput,
  publisher: ArtifactPublisher,
  options: GitRepositoriesOptions,
): Promise<Finding> {
  const { repository, revision, signal } = input;
  const progress = repositoryStatus(repository, { kind: 'building', revision }, options.clock.now());
  await writeStatus(repository, progress, options);
  try {
    return { kind: 'stored', artifact: await buildArtifact(input, publisher) };
  } catch (error) {
    signal.throwIfAborted();
    const message = `unable to archive artifact to storage: ${textOf(error)}`;
    return { kind: 'failed', step: 'storage', reason: 'ArchiveOperationFailed', message };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a reconciliation depends on. */
function inputsOf({ metadata, ...object }: KubeObject): readonly unknown[] {
  return [object['spec'], metadata.annotations, metadata.labels, metadata.deletionTimestamp];
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** What to resolve: a later field of `ref` wins. Mirrors fluxcd/source-controller:docs/spec/v1/gitrepositories.md. */
function revisionOf(ref: GitReference | undefined): string {
  return ref?.commit ?? ref?.name ?? ref?.tag ?? ref?.branch ?? 'master';
}

/** "main@sha1:<commit>", or "sha1:<commit>" for a commit alone. */
function artifactRevision(ref: GitReference | undefined, sha: string): string {
  const named = ref?.name ?? ref?.tag ?? ref?.branch ?? (ref?.commit === undefined ? 'master' : '');
  return named === '' ? `sha1:${sha}` : `${named}@sha1:${sha}`;
}

async function writeStatus(
  repository: GitRepository,
  status: GitRepositoryStatus,
  options: GitRepositoriesOptions,
): Promise<void> {
  try {
    const written = await patchStatus(
      options.client,
      options.type,
      { object: repository.object, status: asStatus(status) },
      { fieldManager: 'source-controller' },
    );
    options.repositories.observe(written);
  } catch (error) {
    if (!isKubeError(error, 404)) throw error;
  }
}
