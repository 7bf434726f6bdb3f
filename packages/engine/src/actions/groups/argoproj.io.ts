// Argo Rollouts, Workflows and Applications.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { at, text } from '../../health/reading.ts';
import { isSet, ownerOf, pruned, set, stamp } from '../changes.ts';
import type { GroupActions } from '../definition.ts';
import { rollout } from '../rollout.ts';

export const actions = (): GroupActions => ({
  AnalysisRun: {
    terminate: {
      isDisabled: (object) => isSet(object, 'spec.terminate') || finished.has(text(object, 'status.phase')),
      run: (draft) => set(draft, ['spec', 'terminate'], true),
    },
  },
  Application: {
    'toggle-auto-sync': {
      displayName: (object) => (isAutomated(object) ? 'Disable Auto-Sync' : 'Enable Auto-Sync'),
      run: (draft, _run, object) => set(draft, ['spec', 'syncPolicy', 'automated', 'enabled'], !isAutomated(object)),
    },
  },
  CronWorkflow: { 'create-workflow': { ...creating, run: (_draft, { now }, object) => [cronWorkflow(object, now)] } },
  WorkflowTemplate: { 'create-workflow': { ...creating, run: (_draft, { now }, object) => [templated(object, now)] } },
  Rollout: rollout,
});

const finished: ReadonlySet<string> = new Set(['Successful', 'Failed', 'Error', 'Inconclusive']);
const creating = { iconClass: 'fa fa-fw fa-plus', displayName: 'Create Workflow' } as const;

function isAutomated(object: KubeObject): boolean {
  const automated = at(object, 'spec.syncPolicy.automated');
  if (automated === undefined) return false;
  return (at(object, 'spec.syncPolicy.automated.enabled') ?? true) === true;
}

function workflow(object: KubeObject, now: string): Record<string, Json> {
  const { name, namespace } = object.metadata;
  return {
    name: `${name}-${stamp(now)}`,
    ...(namespace === undefined ? {} : { namespace }),
    ownerReferences: [ownerOf(object)],
  };
}

function cronWorkflow(object: KubeObject, now: string): JsonObject {
  const { name, labels } = object.metadata;
  const instance = labels?.['workflows.argoproj.io/controller-instanceid'];
  const copied = (path: string): JsonObject => (pruned(at(object, path)) as JsonObject | undefined) ?? {};
  const spec = pruned(at(object, 'spec.workflowSpec'));
  const finalizers = at(object, 'spec.workflowMetadata.finalizers');
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      ...workflow(object, now),
      labels: {
        ...copied('spec.workflowMetadata.labels'),
        'workflows.argoproj.io/cron-workflow': name,
        ...(instance === undefined ? {} : { 'workflows.argoproj.io/controller-instanceid': instance }),
      },
      annotations: {
        ...copied('spec.workflowMetadata.annotations'),
        'workflows.argoproj.io/scheduled-time': now,
      },
    },
    finalizers: Array.isArray(finalizers) ? finalizers : [],
    ...(spec === undefined ? {} : { spec }),
  };
}

function templated(object: KubeObject, now: string): JsonObject {
  const { name } = object.metadata;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { ...workflow(object, now), labels: { 'workflows.argoproj.io/workflow-template': name } },
    spec: { workflowTemplateRef: { name } },
  };
}
