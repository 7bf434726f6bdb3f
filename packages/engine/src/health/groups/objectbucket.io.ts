// Buckets on claim.

import type { KubeObject } from '@evenkeel/resource';
import { at, progressing, text } from '../reading.ts';
import { first, type KindChecks, phase } from '../rules.ts';

const claim = (object: KubeObject): string => `Object bucket claim phase is ${text(object, 'status.phase')}`;

export const checks = (): KindChecks => ({
  ObjectBucketClaim: first(
    phase('status.phase', { Bound: ['healthy', claim], Failed: ['degraded', claim], '*': ['progressing', claim] }),
    (object) =>
      progressing(
        at(object, 'status') === undefined ? 'Waiting for status to be reported' : 'Waiting for phase to be reported',
      ),
  ),
});
