// Jobs, once and on a schedule.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { at, items } from '../../health/reading.ts';
import { hasCondition } from '../../health/rules.ts';
import { isSet, ownerOf, pruned, resume, set, stamp, suspend } from '../changes.ts';
import type { ActionRun, Draft, GroupActions } from '../definition.ts';

export const actions = (): GroupActions => ({
  CronJob: {
    'create-job': {
      iconClass: 'fa fa-fw fa-plus',
      displayName: 'Create Job',
      run: (_draft, { now }, object) => [createdJob(object, now)],
    },
    resume: { iconClass: 'fa fa-fw fa-play', isOffered: isSuspended, run: resume },
    suspend: { iconClass: 'fa fa-fw fa-pause', isOffered: (object) => !isSuspended(object), run: suspend },
  },
  Job: {
    resume: {
      iconClass: 'fa fa-fw fa-play',
      isOffered: (object) => !isComplete(object) && isSuspended(object),
      run: resume,
    },
    suspend: {
      iconClass: 'fa fa-fw fa-pause',
      isOffered: (object) => !isComplete(object) && !isSuspended(object),
      run: suspend,
    },
    terminate: {
      iconClass: 'fa fa-fw fa-stop',
      isOffered: (object) => !isComplete(object) && at(object, 'status') !== undefined,
      run: terminate,
    },
  },
});

function isSuspended(object: KubeObject): boolean {
  return isSet(object, 'spec.suspend');
}

const completions = ['Complete=True', 'Failed=True', 'FailureTarget=True', 'SuccessCriteriaMet=True'];

function isComplete(object: KubeObject): boolean {
  return completions.some((pattern) => hasCondition(object, pattern));
}

function terminate(draft: Draft, { now }: ActionRun, object: KubeObject): void {
  if (at(object, 'status') === undefined || isComplete(object)) return;
  const condition = {
    lastTransitionTime: now,
    message: 'Job was terminated explicitly through Argo CD',
    reason: 'ManuallyTerminated',
    status: 'True',
    type: 'FailureTarget',
  };
  set(draft, ['status', 'conditions'], [...items(object, 'status.conditions'), condition]);
}

/** The Job that a schedule would make, made by hand: as `kubectl create job --from` marks it. */
function createdJob(object: KubeObject, now: string): JsonObject {
  const { name, namespace } = object.metadata;
  const metadata = (pruned(at(object, 'spec.jobTemplate.metadata')) as JsonObject | undefined) ?? {};
  const annotations = (metadata['annotations'] as JsonObject | undefined) ?? {};
  const spec = pruned(at(object, 'spec.jobTemplate.spec'));
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadata,
      name: `${name}-${stamp(now).slice(2)}`,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { ...annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ ...ownerOf(object), blockOwnerDeletion: true, controller: true }],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}
