// The conditions of a GitRepository, in upstream's own words.
// Mirrors fluxcd/source-controller:internal/controller/gitrepository_controller.go (1.9).

import { type Condition, findCondition, removeCondition, setCondition } from '@evenkeel/controller';
import type { Artifact, GitRepository, GitRepositoryStatus } from './resources.ts';

/** What one look at a repository found. */
export type Finding =
  | { readonly kind: 'stored'; readonly artifact: Artifact }
  | { readonly kind: 'building'; readonly revision: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly step: 'fetch' | 'storage'; readonly reason: string; readonly message: string };

/** The status that follows from a finding. */
export function repositoryStatus(repository: GitRepository, finding: Finding, nowMs: number): GitRepositoryStatus {
  const { status, object, spec } = repository;
  const { generation = 1 } = object.metadata;
  const handled = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  const conditions = conditionsOf(repository, finding, nowMs);
  const base: GitRepositoryStatus = {
    ...status,
    conditions,
    ...(handled === undefined || finding.kind === 'building' ? {} : { lastHandledReconcileAt: handled }),
  };
  switch (finding.kind) {
    case 'stored': {
      const { observedIgnore: _before, ...rest } = base;
      const { artifact } = finding;
      const observed = spec.ignore === undefined ? {} : { observedIgnore: spec.ignore };
      return { ...rest, ...observed, artifact, observedGeneration: generation };
    }
    case 'refused':
      return { ...base, observedGeneration: generation };
    case 'building':
    case 'failed':
      return base;
  }
}

const transient = ['ArtifactOutdated', 'FetchFailed', 'StorageOperationFailed', 'Reconciling', 'Stalled'];

function conditionsOf(repository: GitRepository, finding: Finding, nowMs: number): readonly Condition[] {
  const { status, object } = repository;
  const { generation = 1 } = object.metadata;
  const state = { list: status.conditions ?? [] };
  const clear = (...types: readonly string[]): void => {
    for (const type of types) state.list = removeCondition(state.list, type);
  };
  const set = (type: string, value: Condition['status'], reason: string, message: string): void => {
    const condition = { type, status: value, reason, message, observedGeneration: generation };
    state.list = setCondition(state.list, condition, nowMs);
  };
  switch (finding.kind) {
    case 'stored': {
      const message = `stored artifact for revision '${finding.artifact.revision}'`;
      clear(...transient);
      set('Ready', 'True', 'Succeeded', message);
      set('ArtifactInStorage', 'True', 'Succeeded', message);
      break;
    }
    case 'building': {
      const upstream = `new upstream revision '${finding.revision}'`;
      if (status.artifact && status.artifact.revision !== finding.revision)
        set('ArtifactOutdated', 'True', 'NewRevision', upstream);
      const building =
        status.artifact?.revision === finding.revision ? 'building artifact' : `building artifact: ${upstream}`;
      set('Reconciling', 'True', 'Progressing', building);
      set('Ready', 'Unknown', 'Progressing', building);
      break;
    }
    case 'refused':
      clear(...transient);
      set('Stalled', 'True', 'UnsupportedField', finding.message);
      set('Ready', 'False', 'UnsupportedField', finding.message);
      break;
    case 'failed': {
      const under = findCondition(status.conditions, 'Reconciling')?.message ?? 'reconciliation in progress';
      clear('Stalled', finding.step === 'fetch' ? 'StorageOperationFailed' : 'FetchFailed');
      set(finding.step === 'fetch' ? 'FetchFailed' : 'StorageOperationFailed', 'True', finding.reason, finding.message);
      set('Reconciling', 'True', 'ProgressingWithRetry', under);
      set('Ready', 'False', finding.reason, finding.message);
      break;
    }
  }
  return state.list;
}
