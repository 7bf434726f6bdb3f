// The `K=V` strings of spec.syncPolicy.syncOptions and of the resource annotation, as values.
// Meanings: argoproj/argo-cd:docs/user-guide/sync-options.md and gitops-engine/pkg/sync/common/types.go (3.6).

import type { RemovalOption } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';

/** What the options of an Application decide. */
export interface SyncOptions {
  readonly createNamespace: boolean;
  readonly pruneLast: boolean;
  readonly propagation: 'Foreground' | 'Background' | 'Orphan';
  readonly replace: boolean;
  readonly validate: boolean;
  readonly serverSide: boolean;
  readonly migration: boolean;
  readonly respectIgnored: boolean;
  /** Objects in sync take no turn at all. */
  readonly outOfSyncOnly: boolean;
  readonly skipUnknownKinds: boolean;
  readonly failOnShared: boolean;
  readonly prune?: RemovalOption | undefined;
  readonly delete?: RemovalOption | undefined;
}

const propagations: Readonly<Record<string, SyncOptions['propagation']>> = {
  foreground: 'Foreground',
  background: 'Background',
  orphan: 'Orphan',
};
const removals: Readonly<Record<string, RemovalOption>> = { false: 'never', confirm: 'confirm' };

const truth = ['true', 'false'] as const;
/** Every option of an Application, and the values it may have. */
const known: Readonly<Record<string, readonly string[]>> = {
  ApplyOutOfSyncOnly: truth,
  ClientSideApplyMigration: truth,
  CreateNamespace: truth,
  Delete: [...truth, 'confirm'],
  FailOnSharedResource: truth,
  Prune: [...truth, 'confirm'],
  PruneLast: truth,
  PrunePropagationPolicy: Object.keys(propagations),
  Replace: truth,
  RespectIgnoreDifferences: truth,
  ServerSideApply: truth,
  SkipDryRunOnMissingResource: truth,
  Validate: truth,
};

/**
 * Reads the options of an Application. An option that is not known, or has a value it cannot have, is refused by name. One that
 * means something at objects only (Force) stands at many Applications that Argo CD runs, and does nothing: see optionDoubts.
 */
export function readSyncOptions(
  options: readonly string[],
  place = 'spec.syncPolicy.syncOptions',
): { options: SyncOptions; refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  const given = new Map<string, string>();
  for (const option of options) {
    const [key = '', value = ''] = option.split('=', 2);
    // Of one that stands twice the first counts, as upstream.
    if (!given.has(key)) given.set(key, value);
    if (isKnownObjectOption(option)) continue;
    refusals.push({
      code: 'UNSUPPORTED_FIELD',
      sentence: `${place}: "${option}" is not supported`,
      remedy: `Remove the option, or use one of ${Object.keys(known).join(', ')}.`,
    });
  }
  const is = (key: string): boolean => given.get(key) === 'true';
  return {
    options: {
      createNamespace: is('CreateNamespace'),
      pruneLast: is('PruneLast'),
      propagation: propagations[given.get('PrunePropagationPolicy') ?? 'foreground'] ?? 'Foreground',
      replace: is('Replace'),
      validate: given.get('Validate') !== 'false',
      serverSide: is('ServerSideApply'),
      migration: given.get('ClientSideApplyMigration') !== 'false',
      respectIgnored: is('RespectIgnoreDifferences'),
      outOfSyncOnly: is('ApplyOutOfSyncOnly'),
      skipUnknownKinds: is('SkipDryRunOnMissingResource'),
      failOnShared: is('FailOnSharedResource'),
      prune: removals[given.get('Prune') ?? ''],
      delete: removals[given.get('Delete') ?? ''],
    },
    refusals,
  };
}

/** What is told of options that an Application has in vain, because only objects can have them. */
export function optionDoubts(options: readonly string[]): readonly string[] {
  return options
    .filter((option) => option.startsWith('Force=') && isKnownObjectOption(option))
    .map(
      (option) =>
        `spec.syncPolicy.syncOptions: "${option}" does nothing at an Application; it is an option of objects (argocd.argoproj.io/sync-options)`,
    );
}

/** Whether an option of an object means anything there, or at its Application, and has a value that it can have. */
export function isKnownObjectOption(option: string): boolean {
  const [key = '', value = ''] = option.split('=', 2);
  if (key === 'Force') return truth.some((one) => one === value);
  return Object.hasOwn(known, key) && known[key]?.includes(value) === true;
}

/** Options of one object, from its annotation "argocd.argoproj.io/sync-options". */
export function readObjectOptions(annotation: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of (annotation ?? '').split(',')) {
    const [key = '', value = ''] = part.trim().split('=', 2);
    if (key !== '' && !found.has(key)) found.set(key, value);
  }
  return found;
}
