// From an Application to the neutral model. Every field is honoured or refused by name.

import type { Refusal } from '@evenkeel/engine';
import type { Delivery, DeliverySource, FrontEnd, RenderRequest, RetryPolicy } from '@evenkeel/delivery';
import type { Json, KubeObject } from '@evenkeel/resource';
import { parseDurationMs } from '@evenkeel/std';
import { type Application, type ApplicationSource, type RetryStrategy, asJson, sourcesOf } from './application.ts';
import { holdOf } from './hold.ts';
import { readCompare, ruleEntries } from './ignore-differences.ts';
import { kustomizeOverlay } from './kustomize-fields.ts';
import { type ArgoSettings, defaultSettings } from './settings/settings.ts';
import { type SyncOptions, readSyncOptions } from './sync-options.ts';
import { deliveryKey } from './tracking.ts';

/** The in-cluster address every Application may name. */
export const inClusterServer = 'https://kubernetes.default.svc';

/** A delivery, or the reasons why there is none. */
export type Translation =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/** Translates. Pure: the same Application always gives the same delivery. */
export function translateApplication(
  application: Application,
  frontEnd: FrontEnd,
  settings: ArgoSettings = defaultSettings,
): Translation {
  const { spec, name, namespace } = application;
  const refusals = [...missingFields(application), ...unsupportedFields(application)];
  const { options, refusals: optionRefusals } = readSyncOptions(spec.syncPolicy?.syncOptions ?? []);
  refusals.push(...optionRefusals);
  const { compare, refusals: compareRefusals } = readCompare({
    entries: ruleEntries(spec.ignoreDifferences),
    respectIgnored: options.respectIgnored,
    settings,
    server: inClusterServer,
  });
  refusals.push(...compareRefusals);
  const destination = spec.destination ?? {};
  if (
    destination.server !== undefined &&
    destination.name !== undefined &&
    destination.server !== '' &&
    destination.name !== ''
  ) {
    refusals.push(invalid('spec.destination: server and name are both set', 'Keep one of them.'));
  }
  const cluster = clusterOf(destination);
  if (cluster === undefined) {
    refusals.push({
      code: 'DESTINATION_UNKNOWN',
      sentence: `spec.destination: the cluster "${destination.server ?? destination.name ?? ''}" is not known`,
      remedy: `Use server: ${inClusterServer}, or name: in-cluster.`,
    });
  }
  if (refusals.length > 0 || cluster === undefined) return { kind: 'refused', refusals };
  const target = destination.namespace ?? '';
  const hold = holdOf(application.object);
  const sources = sourcesOf(spec).map((source) => ({
    ...translateSource(source, name, target),
    ...(hold ? { hold: { sha: hold.sha, whileHead: hold.whileHead } } : {}),
  }));
  const policy = translatePolicy(application, options);
  const fingerprint = JSON.stringify([sources, cluster, target, options, spec.project, settings.tracking]);
  return {
    kind: 'delivery',
    delivery: {
      key: deliveryKey(namespace, name),
      frontEnd,
      namespace,
      name,
      sources,
      destination: { cluster, namespace: target },
      policy,
      compare,
      fingerprint,
    },
  };
}

/** What is left of an Application that is being deleted: enough to find what it has live, whatever its spec says by now. */
export function departingDelivery(application: Application, frontEnd: FrontEnd): Delivery {
  const { spec, name, namespace } = application;
  const { options } = readSyncOptions(spec.syncPolicy?.syncOptions ?? []);
  const destination = spec.destination ?? {};
  return {
    key: deliveryKey(namespace, name),
    frontEnd,
    namespace,
    name,
    sources: [],
    destination: { cluster: clusterOf(destination) ?? '', namespace: destination.namespace ?? '' },
    policy: translatePolicy(application, options),
    fingerprint: '',
  };
}

function clusterOf(destination: { readonly server?: string; readonly name?: string }): string | undefined {
  if (destination.name === 'in-cluster') return 'in-cluster';
  if (destination.server === inClusterServer) return 'in-cluster';
  return undefined;
}

function translatePolicy(application: Application, options: SyncOptions): Delivery['policy'] {
  const { automated, retry } = application.spec.syncPolicy ?? {};
  const automatic = automated !== undefined && automated.enabled !== false;
  return {
    automatic,
    selfHeal: automatic && automated.selfHeal === true,
    prune: automatic && automated.prune === true,
    allowEmpty: automated?.allowEmpty === true,
    createNamespace: options.createNamespace,
    ordering: 'waves',
    pruneLast: options.pruneLast,
    applyInSync: false,
    propagation: options.propagation,
    timeoutMs: 30 * 60e3,
    waitHealthy: false,
    recreate: false,
    replace: options.replace,
    apply: options.serverSide ? 'server' : 'client',
    migration: options.migration,
    validate: options.validate,
    retry: translateRetry(retry),
    suspended: isSkipped(application.object),
  };
}

/** Defaults of an automated sync: 5 attempts, 5 s doubling up to 3 min. Mirrors argoproj/argo-cd:controller/appcontroller.go (3.6). */
export function translateRetry(retry: RetryStrategy | undefined): RetryPolicy {
  const limit = retry?.limit ?? 5;
  return {
    limit: limit < 0 ? Infinity : limit,
    baseMs: parseDurationMs(retry?.backoff?.duration ?? '5s') ?? 5000,
    factor: retry?.backoff?.factor ?? 2,
    maxMs: parseDurationMs(retry?.backoff?.maxDuration ?? '3m') ?? 180e3,
  };
}

/** One source. Called after `unsupportedFields` found nothing to refuse. */
export function translateSource(source: ApplicationSource, appName: string, namespace: string): DeliverySource {
  return {
    url: source.repoURL ?? '',
    revision: source.targetRevision === undefined || source.targetRevision === '' ? 'HEAD' : source.targetRevision,
    path: normalisePath(source.path ?? ''),
    render: renderRequest(source, appName, namespace),
  };
}

function normalisePath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function renderRequest(source: ApplicationSource, appName: string, namespace: string): RenderRequest {
  const helm = (source.helm ?? {}) as {
    readonly releaseName?: string;
    readonly namespace?: string;
    readonly valueFiles?: readonly string[];
    readonly ignoreMissingValueFiles?: boolean;
    readonly values?: string;
    readonly valuesObject?: Json;
    readonly parameters?: readonly {
      readonly name?: string;
      readonly value?: string;
      readonly forceString?: boolean;
    }[];
    readonly fileParameters?: readonly { readonly name?: string; readonly path?: string }[];
    readonly skipCrds?: boolean;
    readonly skipTests?: boolean;
    readonly skipSchemaValidation?: boolean;
    readonly kubeVersion?: string;
    readonly apiVersions?: readonly string[];
  };
  const directory = (source.directory ?? {}) as {
    readonly recurse?: boolean;
    readonly include?: string;
    readonly exclude?: string;
  };
  const explicit = source.helm ? 'helm' : source.kustomize ? 'kustomize' : source.directory ? 'directory' : 'detect';
  return {
    renderer: explicit === 'directory' && Object.keys(directory).length === 0 ? 'detect' : explicit,
    kustomize: { overlay: kustomizeOverlay(source.kustomize ?? {}), generate: false },
    helm: {
      releaseName: helm.releaseName ?? appName,
      namespace: helm.namespace ?? namespace,
      valueFiles: helm.valueFiles ?? [],
      ignoreMissingValueFiles: helm.ignoreMissingValueFiles === true,
      values: helm.values,
      valuesObject: helm.valuesObject,
      parameters: (helm.parameters ?? []).map(({ name = '', value = '', forceString = false }) => ({
        name,
        value,
        forceString,
      })),
      fileParameters: (helm.fileParameters ?? []).map(({ name = '', path = '' }) => ({ name, path })),
      skipCrds: helm.skipCrds === true,
      skipTests: helm.skipTests === true,
      skipSchemaValidation: helm.skipSchemaValidation === true,
      kubeVersion: helm.kubeVersion,
      apiVersions: helm.apiVersions ?? [],
    },
    directory: {
      recurse: directory.recurse === true,
      include: directory.include ?? '',
      exclude: directory.exclude ?? '',
    },
  };
}

function missingFields({ spec, name }: Application): Refusal[] {
  const missing: string[] = [];
  const sources = sourcesOf(spec);
  if (sources.length === 0) missing.push('spec.source');
  sources.forEach((source, index) => {
    if (source.repoURL === undefined || source.repoURL === '') {
      missing.push(spec.sources && spec.sources.length > 0 ? `spec.sources[${index}].repoURL` : 'spec.source.repoURL');
    }
  });
  const destination = spec.destination ?? {};
  if (!destination.server && !destination.name) missing.push('spec.destination.server');
  if (missing.length === 0) return [];
  return [invalid(`Application "${name}" does not say ${missing.join(' nor ')}`, `Set ${missing.join(' and ')}.`)];
}

function invalid(sentence: string, remedy: string): Refusal {
  return { code: 'INVALID_SPEC', sentence, remedy };
}

/** Fields that are part of the API and that this version cannot honour. */
function unsupportedFields({ spec, object }: Application): Refusal[] {
  const found: string[] = [];
  if (spec.sourceHydrator !== undefined) found.push('spec.sourceHydrator');
  if (spec.syncPolicy?.managedNamespaceMetadata !== undefined) found.push('spec.syncPolicy.managedNamespaceMetadata');
  if (spec.syncPolicy?.retry?.refresh === true) found.push('spec.syncPolicy.retry.refresh');
  sourcesOf(spec).forEach((source, index) => {
    const at = spec.sources && spec.sources.length > 0 ? `spec.sources[${index}]` : 'spec.source';
    for (const field of ['chart', 'ref', 'plugin', 'tagPrefix'] as const) {
      if (source[field] !== undefined && source[field] !== '') found.push(`${at}.${field}`);
    }
    found.push(...unsupportedIn(source.helm, `${at}.helm`, ['version', 'passCredentials']));
    found.push(
      ...unsupportedIn(source.kustomize, `${at}.kustomize`, [
        'version',
        'kubeVersion',
        'apiVersions',
        'ignoreMissingComponents',
        'commonAnnotationsEnvsubst',
      ]),
    );
    found.push(...unsupportedIn(source.directory, `${at}.directory`, ['jsonnet', 'disableExtensionFilter']));
    const helmFiles = asJson(source.helm?.['valueFiles'] ?? []);
    if (Array.isArray(helmFiles) && helmFiles.some((file) => typeof file === 'string' && /^\$|^https?:/.test(file))) {
      found.push(`${at}.helm.valueFiles with "$ref/…" or a URL`);
    }
  });
  const unknownFinalizer = (object.metadata.finalizers ?? []).find((finalizer) =>
    /^(pre|post)-delete-finalizer\.argocd\.argoproj\.io/.test(finalizer),
  );
  if (unknownFinalizer) found.push(`metadata.finalizers "${unknownFinalizer}"`);
  return found.map((field) => ({
    code: 'UNSUPPORTED_FIELD',
    sentence: `${field} is not supported yet`,
    remedy:
      'Remove the field; nothing was applied, because ignoring it silently would apply something else than you asked for.',
  }));
}

function unsupportedIn(settings: object | undefined, at: string, names: readonly string[]): string[] {
  if (!settings) return [];
  const values = settings as Readonly<Record<string, unknown>>;
  return names.filter((name) => isMeaningful(values[name])).map((name) => `${at}.${name}`);
}

function isMeaningful(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  return !Array.isArray(value) || value.length > 0;
}

/** Whether an Application asks to be left alone for now. */
export function isSkipped(object: KubeObject): boolean {
  return object.metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true';
}
