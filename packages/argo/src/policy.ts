// What an Application, its options and the settings of the installation let the engine do.

import type { DeliveryPolicy, NamespaceMetadata } from '@evenkeel/delivery';
import { isMap } from '@evenkeel/resource';
import { type Application, type ApplicationSpec, asJson } from './application.ts';
import { type ArgoSettings, defaultSettings } from './settings/settings.ts';
import type { SyncOptions } from './sync-options.ts';

/** The annotation by which somebody agrees that objects go which ask for it. */
export const approvalAnnotation = 'argocd.argoproj.io/deletion-approved';
const syncOptionsAnnotation = 'argocd.argoproj.io/sync-options';
const migrationAnnotation = 'argocd.argoproj.io/client-side-apply-migration-manager';

/** What a set of options decides, of an Application or of one operation. */
export function optionPolicy(options: SyncOptions): Partial<DeliveryPolicy> {
  return {
    createNamespace: options.createNamespace,
    pruneLast: options.pruneLast,
    propagation: options.propagation,
    replace: options.replace,
    apply: options.serverSide ? 'server' : 'client',
    migration: options.migration,
    validate: options.validate,
    keepInSync: !options.outOfSyncOnly,
    skipUnknownKinds: options.skipUnknownKinds,
    failOnShared: options.failOnShared,
    pruneOption: options.prune,
    deleteOption: options.delete,
  };
}

/** Deadline of an operation where the settings name none: every operation ends. */
const TIMEOUT_MS = 30 * 60e3;

/** What the Application and the settings decide besides options and retries. */
export function standingPolicy(
  application: Application,
  settings: ArgoSettings = defaultSettings,
): Pick<
  DeliveryPolicy,
  'timeoutMs' | 'waveDelayMs' | 'namespaceMetadata' | 'approvedAtMs' | 'healing' | 'migrateFrom'
> {
  const { selfHeal, syncTimeoutMs, waveDelayMs } = settings;
  const once = { baseMs: selfHeal.timeoutMs, factor: 1, maxMs: selfHeal.timeoutMs };
  return {
    timeoutMs: syncTimeoutMs > 0 ? syncTimeoutMs : TIMEOUT_MS,
    waveDelayMs,
    namespaceMetadata: namespaceMetadata(application.spec),
    approvedAtMs: approvedAtMs(application),
    healing: selfHeal.backoff.baseMs > 0 ? selfHeal.backoff : once,
    migrateFrom: application.object.metadata.annotations?.[migrationAnnotation] || undefined,
  };
}

function namespaceMetadata({ syncPolicy }: ApplicationSpec): NamespaceMetadata | undefined {
  const given = syncPolicy?.managedNamespaceMetadata;
  if (given === undefined) return undefined;
  // Argo CD marks the namespace as one that it applies by the server; a namespace without the mark would not be as it left it.
  const annotations = { ...texts(asJson(given['annotations'])), [syncOptionsAnnotation]: 'ServerSideApply=true' };
  return { labels: texts(asJson(given['labels'])), annotations };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const map = asJson(value ?? {});
  return isMap(map)
    ? Object.fromEntries(
        Object.entries(map).map(([key, text]) => [key, typeof text === 'string' ? text : JSON.stringify(text)]),
      )
    : {};
}

/** When somebody agreed, from the annotation; undefined where it is not there or is no time. */
export function approvedAtMs({ object }: Application): number | undefined {
  const text = object.metadata.annotations?.[approvalAnnotation] ?? '';
  // RFC 3339, as Go reads it: a date alone is no time.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
