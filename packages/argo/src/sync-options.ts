// The `K=V` strings of spec.syncPolicy.syncOptions and of the resource annotation, as values.
// Meanings: argoproj/argo-cd:docs/user-guide/sync-options.md and gitops-engine/pkg/sync/common/types.go (3.6).

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
}

const propagations: Readonly<Record<string, SyncOptions['propagation']>> = {
  foreground: 'Foreground',
  background: 'Background',
  orphan: 'Orphan',
};

/**
 * Options that hold here at all times and therefore change nothing: only what differs is written, an object of another
 * owner is refused, and a missing type is waited for when its definition is in the same sync.
 */
const alwaysOn: ReadonlySet<string> = new Set([
  'ApplyOutOfSyncOnly=true',
  'SkipDryRunOnMissingResource=true',
  'ClientSideApplyMigration=true',
  'Validate=true',
  'CreateNamespace=false',
  'PruneLast=false',
  'Replace=false',
  'FailOnSharedResource=true',
]);

/** Reads the options of an Application. An option that is not known, or not supported yet, is refused by name. */
export function readSyncOptions(options: readonly string[]): { options: SyncOptions; refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  const known = new Map<string, string>();
  for (const option of options) {
    const [key = '', value = ''] = option.split('=', 2);
    known.set(key, value);
    if (alwaysOn.has(option) || isSwitch(key, value)) continue;
    refusals.push({
      code: 'UNSUPPORTED_FIELD',
      sentence: `spec.syncPolicy.syncOptions: "${option}" is not supported`,
      remedy:
        'Remove the option, or use one of ClientSideApplyMigration, CreateNamespace, PruneLast, PrunePropagationPolicy, Replace, RespectIgnoreDifferences, ServerSideApply, Validate.',
    });
  }
  return {
    options: {
      createNamespace: known.get('CreateNamespace') === 'true',
      pruneLast: known.get('PruneLast') === 'true',
      propagation: propagations[known.get('PrunePropagationPolicy') ?? 'foreground'] ?? 'Foreground',
      replace: known.get('Replace') === 'true',
      validate: known.get('Validate') !== 'false',
      serverSide: known.get('ServerSideApply') === 'true',
      migration: known.get('ClientSideApplyMigration') !== 'false',
      respectIgnored: known.get('RespectIgnoreDifferences') === 'true',
    },
    refusals,
  };
}

function isSwitch(key: string, value: string): boolean {
  if (key === 'PrunePropagationPolicy') return value in propagations;
  if (key === 'Validate') return value === 'false';
  if (key === 'ServerSideApply' || key === 'RespectIgnoreDifferences') return value === 'true' || value === 'false';
  if (key === 'ClientSideApplyMigration') return value === 'false';
  return (key === 'CreateNamespace' || key === 'PruneLast' || key === 'Replace') && value === 'true';
}

/** Options of one object, from its annotation "argocd.argoproj.io/sync-options". */
export function readObjectOptions(annotation: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of (annotation ?? '').split(',')) {
    const [key = '', value = ''] = part.trim().split('=', 2);
    if (key !== '') found.set(key, value);
  }
  return found;
}
