// NetApp Astra's protection of applications.

import type { KubeObject } from '@evenkeel/resource';
import { at, healthy, progressing, show, suspended, text } from '../reading.ts';
import { conditions, first, type KindChecks, phase, waiting } from '../rules.ts';

const kindIs =
  (word: string) =>
  (object: KubeObject): string =>
    `${object.kind} ${word}`;

const run = first(
  phase('status.state', {
    Completed: ['healthy', kindIs('Completed')],
    Running: ['progressing', kindIs('Running')],
    '*': 'degraded',
  }),
  waiting('No status available'),
);

export const checks = (): KindChecks => ({
  AppVault: first(
    phase('status.state', {
      available: ['healthy', kindIs('Available')],
      Available: ['healthy', kindIs('Available')],
      failed: ['degraded', kindIs('Failed')],
      Failed: ['degraded', kindIs('Failed')],
    }),
    waiting('No status available'),
  ),
  Application: first(
    conditions(
      [
        'Ready=True',
        'healthy',
        (_condition, object) => `Astra Application Ready, protectionState: ${text(object, 'status.protectionState')}`,
      ],
      ['Ready=False', 'degraded', (condition) => `Astra Application Degraded, message: ${text(condition, 'message')}`],
    ),
    waiting('No status available'),
  ),
  Backup: run,
  ExecHooksRun: run,
  ResourceBackup: run,
  ResticVolumeBackup: run,
  Snapshot: run,
  ExecHook: (object) => {
    const isEnabled = at(object, 'spec.enabled');
    if (typeof isEnabled !== 'boolean') return progressing('No status available');
    return isEnabled ? healthy(`${object.kind} enabled`) : suspended(`${object.kind} disabled`);
  },
  Schedule: (object) => {
    const last = at(object, 'status.lastScheduleTime');
    return healthy(
      last === undefined ? 'Protection policy not yet executed' : `Protection policy lastScheduleTime: ${show(last)}`,
    );
  },
});
