// Definitions of custom resources.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { progressing, text, size } from '../reading.ts';
import { conditions, first, type KindChecks, type Sentence, waiting } from '../rules.ts';

const after =
  (words: string): Sentence =>
  (condition) =>
    words + text(condition, 'message');

export const checks = (): KindChecks => ({
  CustomResourceDefinition: first(
    deleted,
    (object) => (size(object, 'status.conditions') === 0 ? progressing('Status conditions not found') : undefined),
    conditions(
      ['Terminating=True', 'progressing', after('CRD is terminating: ')],
      ['NamesAccepted=False', 'degraded', after('CRD names have not been accepted: ')],
      ['NonStructuralSchema=True', 'degraded', after('Schema violations found: ')],
      ['Established!=True/InvalidCABundle', 'degraded', after('CRD is not established: ')],
      ['Established!=True/Installing', 'progressing', 'CRD is being installed'],
    ),
    conditions(['Established=True', 'healthy', 'CRD is healthy']),
    waiting('CRD is not established'),
  ),
});

function deleted(object: KubeObject): Health | undefined {
  return object.metadata.deletionTimestamp === undefined ? undefined : progressing('CRD is terminating');
}
