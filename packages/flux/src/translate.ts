// From a Kustomization and its GitRepository to the neutral model. Every field is honoured or refused by name.

import type { Refusal } from '@evenkeel/engine';
import { type Delivery, emptyHelmSettings } from '@evenkeel/delivery';
import type { Json } from '@evenkeel/resource';
import { parseDurationMs } from '@evenkeel/std';
import { deliveryKey, fluxFrontEnd, withCommonMetadata } from './front-end.ts';
import { sourceFilter } from './source-ignore.ts';
import { type GitRepository, type Kustomization, type KustomizationSpec, commitOf } from './resources.ts';

const unsupported: readonly string[] = [
  'serviceAccountName',
  'kubeConfig',
  'healthCheckExprs',
  'ignoreMissingComponents',
  'ignore',
  'postBuild',
  'decryption',
];

/** Fields that are part of the API and that this version cannot honour. */
export function unsupportedFields(spec: KustomizationSpec): readonly Refusal[] {
  const found = unsupported.filter((field) => isSet(spec[field])).map((field) => `spec.${field}`);
  if (spec.sourceRef.kind !== 'GitRepository') found.push(`spec.sourceRef.kind ${spec.sourceRef.kind}`);
  if ((spec.dependsOn ?? []).some((entry) => isSet(entry.readyExpr))) found.push('spec.dependsOn[].readyExpr');
  return found.map((field) => ({
    code: 'UNSUPPORTED_FIELD',
    sentence: `${field} is not supported yet`,
    remedy:
      'Remove the field; nothing was applied, because ignoring it silently would apply something else than you asked for.',
  }));
}

function isSet(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== false &&
    value !== '' &&
    !(Array.isArray(value) && value.length === 0)
  );
}

/** Translates a Kustomization. Where its source is gone, what comes back can be dismantled and nothing else. */
export function translateKustomization(kustomization: Kustomization, repository: GitRepository | undefined): Delivery {
  const { spec, namespace, name } = kustomization;
  const overlay = overlayOf(spec);
  const path = (spec.path ?? '')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  const source = {
    url: repository?.spec.url ?? '',
    revision: commitOf(repository?.status.artifact?.revision ?? ''),
    path,
    filter: sourceFilter(repository?.spec.ignore),
    render: {
      renderer: 'kustomize',
      kustomize: { overlay, generate: true },
      helm: emptyHelmSettings,
      directory: { recurse: true, include: '', exclude: '' },
    },
  } as const;
  const timeoutMs = timeoutOf(spec);
  const retryMs = parseDurationMs(spec.retryInterval ?? spec.interval) ?? 60e3;
  const { revision: _moves, ...fixed } = source;
  return {
    key: deliveryKey(namespace, name),
    frontEnd: spec.commonMetadata ? withCommonMetadata(fluxFrontEnd, spec.commonMetadata) : fluxFrontEnd,
    namespace,
    name,
    sources: [source],
    destination: { cluster: 'in-cluster', namespace: spec.targetNamespace ?? '' },
    policy: {
      automatic: true,
      selfHeal: true,
      prune: spec.prune,
      allowEmpty: false,
      createNamespace: false,
      ordering: 'stages',
      pruneLast: false,
      applyInSync: false,
      propagation: 'Background',
      timeoutMs,
      waitHealthy: false,
      replace: false,
      validate: true,
      recreate: spec.force === true,
      retry: { limit: Infinity, baseMs: retryMs, factor: 1, maxMs: retryMs },
      suspended: spec.suspend === true,
    },
    fingerprint: JSON.stringify([fixed, spec.commonMetadata, spec.force, spec.prune]),
  };
}

/** The interval less 30 s, and 30 s at the least. Mirrors fluxcd/kustomize-controller:api/v1 GetTimeout. */
export function timeoutOf(spec: KustomizationSpec): number {
  const given = spec.timeout === undefined ? undefined : parseDurationMs(spec.timeout);
  const intervalMs = parseDurationMs(spec.interval) ?? 60e3;
  return given ?? Math.max(30e3, intervalMs - 30e3);
}

function overlayOf(spec: KustomizationSpec): { readonly [field: string]: Json } {
  const overlay: Record<string, Json> = {};
  if (spec.targetNamespace !== undefined) overlay['namespace'] = spec.targetNamespace;
  for (const field of ['namePrefix', 'nameSuffix', 'patches', 'images', 'components', 'buildMetadata'] as const) {
    const value = spec[field];
    if (isSet(value)) overlay[field] = value as Json;
  }
  return overlay;
}
