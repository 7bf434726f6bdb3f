// Keeps each GitRepository's artifact at the newest commit of its reference.

import { type Controller, type Outcome, createController, patchStatus, setCondition } from '@evenkeel/controller';
import { type Informer, type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import type { SourceStore } from '@evenkeel/source';
import { type Clock, kubeTime, parseDurationMs } from '@evenkeel/std';
import {
  type GitReference,
  type GitRepository,
  type GitRepositorySpec,
  type GitRepositoryStatus,
  asStatus,
  pendingRequest,
  readResource,
} from './resources.ts';

/** Fields whose meaning we cannot give yet. */
const unsupported: readonly string[] = [
  'secretRef',
  'proxySecretRef',
  'serviceAccountName',
  'verify',
  'ignore',
  'sparseCheckout',
  'recurseSubmodules',
  'include',
];

export interface GitRepositoriesOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly repositories: Informer;
  readonly store: SourceStore;
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
    if (!object || object.metadata.deletionTimestamp !== undefined) {
      watches.get(key)?.stop();
      watches.delete(key);
      return { kind: 'settled' };
    }
    const repository = readResource<GitRepositorySpec, GitRepositoryStatus>(object);
    if (repository.spec.suspend === true) return { kind: 'settled' };
    listen(key, repository);
    const status = await nextStatus(repository, options, signal);
    await writeStatus(repository, status, options);
    const failed = status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'False');
    return failed ? { kind: 'again', afterMs: 30e3 } : { kind: 'settled' };
  };
  options.repositories.onChange(({ object, previous }) => {
    if (
      previous &&
      JSON.stringify([previous['spec'], previous.metadata.annotations]) ===
        JSON.stringify([object['spec'], object.metadata.annotations])
    )
      return;
    controller.add(`${object.metadata.namespace}/${object.metadata.name}`);
  });
  for (const object of options.repositories.list())
    controller.add(`${object.metadata.namespace}/${object.metadata.name}`);
  options.signal.addEventListener('abort', () => watches.forEach(({ stop }) => stop()), { once: true });
  return controller;
}

async function nextStatus(
  repository: GitRepository,
  options: GitRepositoriesOptions,
  signal: AbortSignal,
): Promise<GitRepositoryStatus> {
  const { spec, status, object } = repository;
  const { generation = 1 } = object.metadata;
  const nowMs = options.clock.now();
  const request = pendingRequest(object, status.lastHandledReconcileAt);
  const handled = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  const base = {
    ...status,
    observedGeneration: generation,
    ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
  };
  const ready = (value: 'True' | 'False', reason: string, message: string): GitRepositoryStatus['conditions'] =>
    setCondition(
      status.conditions,
      { type: 'Ready', status: value, reason, message, observedGeneration: generation },
      nowMs,
    );
  const field =
    unsupported.find((entry) => isSet(spec[entry])) ?? (spec.ref?.semver === undefined ? undefined : 'ref.semver');
  if (field !== undefined) {
    const message = `spec.${field} is not supported yet; remove it`;
    return { ...base, conditions: ready('False', 'UnsupportedField', message) ?? [] };
  }
  try {
    const wanted = revisionOf(spec.ref);
    const { sha } = await options.store.resolve(spec.url, wanted, {
      signal,
      ...(request === undefined ? {} : { maxAgeMs: 0 }),
    });
    const revision = artifactRevision(spec.ref, sha);
    const conditions = ready('True', 'Succeeded', `stored artifact for revision '${revision}'`) ?? [];
    const fresh =
      status.artifact?.revision === revision ? status.artifact : { revision, lastUpdateTime: kubeTime(nowMs) };
    const stored = setCondition(
      conditions,
      {
        type: 'ArtifactInStorage',
        status: 'True',
        reason: 'Succeeded',
        message: `stored artifact for revision '${revision}'`,
        observedGeneration: generation,
      },
      nowMs,
    );
    return { ...base, artifact: fresh, conditions: stored };
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return {
      ...base,
      conditions: ready('False', 'GitOperationFailed', `failed to checkout and determine revision: ${message}`) ?? [],
    };
  }
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
