// Numaplane's rollouts of Numaflow.

import { at } from '../../health/reading.ts';
import { annotate, annotation, set } from '../changes.ts';
import type { ActionDefinition, GroupActions } from '../definition.ts';
import { pausing } from '../numaproj.ts';

const dataLoss = 'numaplane.numaproj.io/allow-data-loss';

function rolledOut(child: string): Readonly<Record<string, ActionDefinition>> {
  return pausing({
    spec: ['spec', child, 'spec'],
    metadata: `spec.${child}.metadata`,
    isAllowed: () => true,
    resumeGradually: (draft) => set(draft, ['spec', 'strategy', 'pauseResume', 'fastResume'], false),
    resumeFast: (draft) => set(draft, ['spec', 'strategy', 'pauseResume', 'fastResume'], true),
  });
}

export const actions = (): GroupActions => ({
  MonoVertexRollout: rolledOut('monoVertex'),
  PipelineRollout: {
    ...rolledOut('pipeline'),
    'allow-data-loss': {
      displayName: 'Allow (Possible) Data Loss',
      iconClass: 'fa-solid fa-fw fa-unlock',
      isDisabled: (object) => at(object, 'status.upgradeInProgress') !== 'PipelinePauseAndDrain',
      run: (draft) => annotate(draft, dataLoss, 'true'),
    },
    'disallow-data-loss': {
      displayName: 'Disallow Data Loss',
      iconClass: 'fa-solid fa-fw fa-lock',
      isDisabled: (object) => annotation(object, dataLoss) !== 'true',
      run: (draft) => annotate(draft, dataLoss, 'false'),
    },
  },
});
