// Snapshots of volumes.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, progressing, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ VolumeSnapshot: snapshot, VolumeSnapshotContent: snapshot });

function snapshot(object: KubeObject): Health {
  if ((at(object, 'status.readyToUse') ?? false) !== false) return healthy('Ready to use');
  if (at(object, 'status.error') !== undefined) return degraded(text(object, 'status.error.message'));
  return progressing('Waiting for status');
}
