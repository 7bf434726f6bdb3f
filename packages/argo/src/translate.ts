// From an Application to the neutral model. Every field is honoured or refused by name.

import { createHash } from 'node:crypto';
import type { Refusal } from '@evenkeel/engine';
import type { Delivery, DeliverySource, FrontEnd, RetryPolicy } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';
import { parseDurationMs } from '@evenkeel/std';
import type { Application, Place, RetryStrategy } from './application.ts';
import { fixedClusters } from './clusters/directory.ts';
import { clusterKey } from './clusters/known-cluster.ts';
import { readGuard } from './guard.ts';
import { type Hold, holdOf } from './hold.ts';
import { hydratorRefusals } from './hydrator/spec.ts';
import { readCompare, ruleEntries } from './ignore-differences.ts';
import { type ArgoSettings, defaultSettings } from './settings/settings.ts';
import { optionPolicy, standingPolicy } from './policy.ts';
import { sourceRefusals, translateSources } from './sources/translate-sources.ts';
import { type SyncOptions, readSyncOptions } from './sync-options.ts';
import { deliveryKey } from './tracking.ts';

/** How many fields are named that have another type. */
const MISTYPED_MAX = 5;

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
  const refusals = [
    ...mistypedFields(application),
    ...(application.problems ? [] : saidSources(application, settings)),
  ];
  const { options, refusals: optionRefusals } = readSyncOptions(spec.syncPolicy?.syncOptions ?? []);
  const { guard, refusals: guardRefusals } = readGuard(application);
  refusals.push(...optionRefusals, ...guardRefusals);
  const place = placeOf(application);
  const { compare, refusals: compareRefusals } = readCompare({
    entries: ruleEntries(spec.ignoreDifferences),
    respectIgnored: options.respectIgnored,
    options: application.object.metadata.annotations?.['argocd.argoproj.io/compare-options'],
    settings,
    server: place.kind === 'cluster' ? place.cluster.server : inClusterServer,
  });
  refusals.push(...compareRefusals);
  if (place.kind === 'problem' && !application.problems) {
    refusals.push({
      code: 'DESTINATION_UNKNOWN',
      sentence: place.sentence,
      remedy: 'Name a cluster that a Secret describes, by server or by name.',
    });
  }
  const cluster = place.kind === 'cluster' ? place.key : undefined;
  if (refusals.length > 0 || cluster === undefined) return { kind: 'refused', refusals };
  const target = spec.destination?.namespace ?? '';
  const hold = holdOf(application.object);
  const sources = heldSources(translateSources(application, settings), hold);
  const policy = translatePolicy(application, options, settings);
  const intention = JSON.stringify([sources, cluster, target, options, spec.project, settings.tracking]);
  // Kept with every delivery and every operation, and as text as large as their sources, values and all.
  const fingerprint = createHash('sha256').update(intention).digest('base64');
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
      guard,
      fingerprint,
    },
  };
}

/** What is left of an Application that is being deleted: enough to find what it has live, whatever its spec says by now. */
export function departingDelivery(application: Application, frontEnd: FrontEnd): Delivery {
  const { spec, name, namespace } = application;
  const { options } = readSyncOptions(spec.syncPolicy?.syncOptions ?? []);
  const destination = spec.destination ?? {};
  const place = placeOf(application);
  return {
    key: deliveryKey(namespace, name),
    frontEnd,
    namespace,
    name,
    sources: [],
    destination: { cluster: place.kind === 'cluster' ? place.key : '', namespace: destination.namespace ?? '' },
    policy: translatePolicy(application, options),
    fingerprint: '',
  };
}

/** Without a directory of clusters there is the one of this process. */
function placeOf({ place, spec }: Application): Place {
  if (place) return place;
  const resolved = fixedClusters().resolve(spec.destination ?? {});
  return resolved.kind === 'problem' ? resolved : { ...resolved, key: clusterKey(resolved.cluster) };
}

function translatePolicy(
  application: Application,
  options: SyncOptions,
  settings: ArgoSettings = defaultSettings,
): Delivery['policy'] {
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
    waitHealthy: false,
    recreate: false,
    replace: options.replace,
    validate: options.validate,
    ...optionPolicy(options),
    ...standingPolicy(application, settings),
    retry: translateRetry(retry),
    suspended: isSkipped(application.object),
  };
}

/**
 * Defaults of an automated sync: 5 attempts, 5 s doubling up to 3 min; a policy that names no limit has none to try, as Argo CD
 * writes a limit of 0 back. Mirrors argoproj/argo-cd:controller/appcontroller.go (3.6).
 */
export function translateRetry(retry: RetryStrategy | undefined): RetryPolicy {
  const limit = retry === undefined ? 5 : (retry.limit ?? 0);
  const { duration = '', maxDuration = '' } = retry?.backoff ?? {};
  const baseMs = retryDurationMs(duration, 5000);
  const maxMs = retryDurationMs(maxDuration, 180e3);
  const unread = baseMs === undefined ? duration : maxMs === undefined ? maxDuration : undefined;
  return {
    limit: limit < 0 ? Infinity : limit,
    baseMs: baseMs ?? 5000,
    factor: retry?.backoff?.factor ?? 2,
    // Upstream takes none for no limit.
    maxMs: maxMs !== undefined && maxMs > 0 ? maxMs : Infinity,
    ...(unread === undefined ? {} : { problem: `unable to parse ${unread} as a duration` }),
    ...(retry?.refresh === true ? { refresh: true } : {}),
  };
}

/** A bare number is seconds; undefined where there is none in the text. */
function retryDurationMs(text: string, withoutMs: number): number | undefined {
  if (text === '') return withoutMs;
  return /^[+-]?\d+$/.test(text) ? Number(text) * 1000 : parseDurationMs(text);
}

/** What its definition would have refused, if it had been asked. What else is missing may only be missing because of it. */
function mistypedFields({ problems: all = [], name }: Application): Refusal[] {
  const problems = all.filter((problem) => !problem.startsWith('spec.sourceHydrator.'));
  if (problems.length === 0) return [];
  const more = problems.length > MISTYPED_MAX ? `, and ${problems.length - MISTYPED_MAX} more` : '';
  const sentence = `Application "${name}" is invalid: ${problems.slice(0, MISTYPED_MAX).join(', ')}${more}`;
  return [invalid(sentence, 'Give each field the type that its definition names.')];
}

/** Each source stays at its own part of what the hold names. */
function heldSources(sources: readonly DeliverySource[], hold: Hold | undefined): readonly DeliverySource[] {
  if (!hold) return sources;
  const [shas, heads] = [hold.sha.split(','), hold.whileHead.split(',')];
  return sources.map((source, index) => {
    const [sha, whileHead] = [shas[index], heads[index]];
    return sha === undefined || whileHead === undefined ? source : { ...source, hold: { sha, whileHead } };
  });
}

function invalid(sentence: string, remedy: string): Refusal {
  return { code: 'INVALID_SPEC', sentence, remedy };
}

/** What a hydrator leaves out is told before what its sync source then lacks. */
function saidSources(application: Application, settings: ArgoSettings): readonly Refusal[] {
  const { sourceHydrator } = application.spec;
  const missing = sourceHydrator ? hydratorRefusals(sourceHydrator) : [];
  return missing.length > 0 ? missing : sourceRefusals(application, settings);
}

/** Whether an Application asks to be left alone for now. */
export function isSkipped(object: KubeObject): boolean {
  return object.metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true';
}
