// Numaflow.

import { annotate, unset } from '../changes.ts';
import type { GroupActions } from '../definition.ts';
import { forcePromote, isOwnedBy, pausing } from '../numaproj.ts';

const upgradeState = 'numaplane.numaproj.io/upgrade-state';
const strategy = 'numaflow.numaproj.io/resume-strategy';

export const actions = (): GroupActions => ({
  InterStepBufferService: { 'force-promote': forcePromote() },
  MonoVertex: {
    ...pausing({
      spec: ['spec'],
      metadata: 'spec.metadata',
      isAllowed: (object) => !isOwnedBy(object, 'MonoVertexRollout'),
      resumeGradually: (draft) => unset(draft, ['spec', 'replicas']),
      resumeFast: () => undefined,
    }),
    'force-promote': forcePromote('Force Promote'),
  },
  Pipeline: {
    ...pausing({
      spec: ['spec'],
      metadata: 'spec.metadata',
      isAllowed: (object) =>
        !isOwnedBy(object, 'PipelineRollout') || object.metadata.labels?.[upgradeState] === 'recyclable-expired',
      resumeGradually: (draft) => annotate(draft, strategy, 'slow'),
      resumeFast: (draft) => annotate(draft, strategy, 'fast'),
    }),
    'force-promote': forcePromote('Force Promote'),
    delete: {
      displayName: 'Delete',
      iconClass: 'fa-solid fa-fw fa-trash',
      isDisabled: ({ metadata }) =>
        !['recyclable', 'recyclable-expired'].includes(metadata.labels?.[upgradeState] ?? ''),
      run: (draft) => annotate(draft, 'numaplane.numaproj.io/marked-for-deletion', 'true'),
    },
  },
});
