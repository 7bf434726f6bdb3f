// What people do to an Application, as writes to its own resource: the same ones other tools make.

import { type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import type { Json, JsonObject, KubeObject, ObjectRef } from '@evenkeel/resource';
import { present } from '@evenkeel/std';
import {
  type Application,
  type HistoryEntry,
  type NameValue,
  type RetryStrategy,
  asJson,
  sourcesOf,
} from './application.ts';
import { holdAnnotation } from './hold.ts';
import { historyRevision } from './memory.ts';

/** Asks for a comparison, and is taken away when that has been made. */
export const refreshAnnotation = 'argocd.argoproj.io/refresh';
const hydrateAnnotation = 'argocd.argoproj.io/hydrate';
/** What is live goes before its Application does. */
export const finalizer = 'resources-finalizer.argocd.argoproj.io';

/** Who asks, for the record. */
export interface Asker {
  readonly username: string;
}

export interface SyncWish extends Asker {
  readonly revision?: string | undefined;
  readonly prune?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly resources?: readonly ObjectRef[] | undefined;
  readonly revisions?: readonly string[] | undefined;
  readonly manifests?: readonly string[] | undefined;
  readonly infos?: readonly NameValue[] | undefined;
  readonly strategy?: 'apply' | 'hook' | undefined;
  readonly force?: boolean | undefined;
  readonly syncOptions?: readonly string[] | undefined;
  readonly retry?:
    | {
        readonly limit: number;
        readonly refresh?: boolean | undefined;
        readonly backoff: NonNullable<RetryStrategy['backoff']>;
      }
    | undefined;
}

async function typeOf(client: KubeClient): Promise<ResourceType> {
  return present(
    await client.discovery.resolve({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application' }),
    'the definition of Application',
  );
}

async function patch(client: KubeClient, { namespace, name }: Application, change: JsonObject): Promise<void> {
  await client.patch(await typeOf(client), { namespace, name }, 'merge', change as Json, {
    fieldManager: 'evenkeel-server',
  });
}

/**
 * Why such a sync cannot be asked for, in upstream's words: what syncs by itself would at once go back to what its spec says.
 * Mirrors argoproj/argo-cd:server/application/application.go (3.6) Sync and getRevision.
 */
export function syncConflict({ spec, object }: Application, wish: SyncWish): string | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return 'application is deleting';
  const { automated } = spec.syncPolicy ?? {};
  if (automated === undefined || automated.enabled === false || wish.dryRun === true) return undefined;
  if ((wish.manifests ?? []).length > 0)
    return 'cannot use local sync when Automatic Sync Policy is enabled unless for dry run';
  const isOther = (asked: string | undefined, target: string | undefined): boolean =>
    asked !== undefined && asked !== '' && asked !== (target || 'HEAD');
  const sources = sourcesOf(spec);
  const index = sources.findIndex(({ targetRevision }, at) => isOther(wish.revisions?.[at], targetRevision));
  const { repoURL = '', targetRevision = '' } = sources[Math.max(index, 0)] ?? {};
  if (index >= 0)
    return `Cannot sync source ${repoURL} to ${wish.revisions?.[index]}: auto-sync currently set to ${targetRevision}`;
  if (!isOther(wish.revision, targetRevision)) return undefined;
  return `Cannot sync to ${wish.revision}: auto-sync currently set to ${targetRevision}`;
}

/** Asks for a sync: the top-level `operation` that argocd writes. */
export async function requestSync(client: KubeClient, application: Application, wish: SyncWish): Promise<void> {
  const { infos = [], retry, manifests = [], revisions = [] } = wish;
  const policy = application.spec.syncPolicy ?? {};
  const resources = (wish.resources ?? []).map(({ group, kind, namespace, name }) => ({
    group,
    kind,
    namespace,
    name,
  }));
  const syncOptions = wish.syncOptions ?? policy.syncOptions;
  const how = wish.force === true ? { force: true } : {};
  await patch(client, application, {
    operation: {
      initiatedBy: { username: wish.username },
      sync: {
        ...(wish.revision === undefined ? {} : { revision: wish.revision }),
        ...(revisions.length > 0 ? { revisions } : {}),
        prune: wish.prune ?? policy.automated?.prune === true,
        ...(wish.dryRun === true ? { dryRun: true } : {}),
        ...(resources.length > 0 ? { resources } : {}),
        ...(manifests.length > 0 ? { manifests } : {}),
        ...(syncOptions ? { syncOptions } : {}),
        syncStrategy: wish.strategy === 'apply' ? { apply: how } : { hook: how },
      },
      ...(infos.length > 0 ? { info: asJson(infos) } : {}),
      ...(retry ? { retry: asJson(retry) } : {}),
    },
  });
}

/** Asks for a comparison now; a hard one forgets what was rendered. */
export async function requestRefresh(client: KubeClient, application: Application, hard: boolean): Promise<void> {
  const how = hard ? 'hard' : 'normal';
  // Who asks for a comparison of what was hydrated wants to know of what is not hydrated yet.
  const hydrate = application.spec.sourceHydrator ? { [hydrateAnnotation]: how } : {};
  await patch(client, application, { metadata: { annotations: { [refreshAnnotation]: how, ...hydrate } } });
}

/** The entry of the history with this id; -1 or undefined means the one before the last. */
export function historyEntryOf(application: Application, id: number | undefined): HistoryEntry | undefined {
  const history = application.status.history ?? [];
  if (id === undefined || id < 0) return history.at(-2);
  return history.find((entry) => entry.id === id);
}

/**
 * Goes back to an entry of the history. Where syncing is automatic the Application is held there until the next commit;
 * otherwise it is synced to that revision once, without hooks, as argocd does.
 */
export async function rollbackTo(
  client: KubeClient,
  application: Application,
  entry: HistoryEntry,
  asker: Asker,
): Promise<void> {
  const sha = historyRevision(entry) ?? '';
  const automated = application.spec.syncPolicy?.automated;
  if (automated !== undefined && automated.enabled !== false) {
    const whileHead = await headOf(application);
    const hold = { sha, whileHead, by: asker.username };
    await patch(client, application, { metadata: { annotations: { [holdAnnotation]: JSON.stringify(hold) } } });
    return;
  }
  await patch(client, application, {
    operation: {
      initiatedBy: { username: asker.username },
      sync: { ...deployedBy(entry), prune: true, syncStrategy: { apply: {} } },
    },
  });
}

/** The commit the revision stands at now: where a hold is in force, the head it was made at. */
function headOf(application: Application): Promise<string> {
  const held = application.object.metadata.annotations?.[holdAnnotation];
  const known = held === undefined ? undefined : (JSON.parse(held) as { readonly whileHead?: string }).whileHead;
  const { revision = '', revisions } = application.status.sync ?? {};
  return Promise.resolve(known ?? revisions?.join(',') ?? revision);
}

/** What an entry of the history deployed: its sources at its revisions. */
function deployedBy({ revision, revisions = [], source, sources = [] }: HistoryEntry): JsonObject {
  if (revisions.length > 0) return { revisions, ...(sources.length > 0 ? { sources: asJson(sources) } : {}) };
  return { revision: revision ?? '', ...(source ? { source: asJson(source) } : {}) };
}

/** Ends a hold: the newest commit goes live again. */
export async function releaseHold(client: KubeClient, application: Application): Promise<void> {
  await patch(client, application, { metadata: { annotations: { [holdAnnotation]: null } } });
}

/** Deletes the Application; with `cascade` everything it has live goes first, in the background where it says so. */
export async function removeApplication(
  client: KubeClient,
  application: Application,
  cascade: boolean | 'background',
): Promise<void> {
  const { namespace, name, object } = application;
  const others = (object.metadata.finalizers ?? []).filter((entry) => !entry.startsWith(finalizer));
  await patch(client, application, {
    metadata: {
      finalizers: cascade === false ? others : [...others, cascade === true ? finalizer : `${finalizer}/background`],
    },
  });
  try {
    await client.delete(await typeOf(client), { namespace, name });
  } catch (error) {
    if (!isKubeError(error, 404)) throw error;
  }
}

/** An Application as a manifest. */
export function newApplication(metadata: KubeObject['metadata'], spec: JsonObject): KubeObject {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata, spec };
}
