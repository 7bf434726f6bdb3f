// Cluster API.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck } from '../health.ts';
import { at, degraded, healthy, items, progressing, say, show, suspended, text } from '../reading.ts';
import { first, type KindChecks, matcher, phase, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  Cluster: first(
    paused('Cluster'),
    (object) =>
      items(object, 'status.conditions')
        .filter((entry) => matcher('Ready=False')(entry) && entry['severity'] !== 'Info')
        .map((entry) => degraded(text(entry, 'message')))[0],
    phase('status.phase', { Provisioned: ['healthy', 'Cluster is running'], Failed: ['degraded', ''] }),
    waiting('Waiting for clusters'),
  ),
  Machine: machine,
  MachineDeployment: first(
    paused('MachineDeployment'),
    phase('status.phase', {
      Running: ['healthy', 'Machines are running under this deployment'],
      ScalingUp: ['progressing', 'Cluster is spawning machines'],
      ScalingDown: ['progressing', 'Cluster is stopping machines'],
      Failed: ['degraded', 'MachineDeployment is failed'],
    }),
    waiting('Waiting for machines'),
  ),
  MachineHealthCheck: (object) => {
    const current = at(object, 'status.currentHealthy');
    if (current === undefined) return progressing();
    return at(object, 'status.expectedMachines') === current ? healthy() : degraded();
  },
  MachinePool: machinePool,
});

function paused(kind: string): HealthCheck {
  return (object) => (at(object, 'spec.paused') === true ? suspended(`${kind} is paused`) : undefined);
}

function machine(object: KubeObject): Health {
  const word = at(object, 'status.phase');
  if (word === 'Running') return healthy('Machine is running');
  const notReady = items(object, 'status.conditions').find(matcher('Ready=False'));
  const message = notReady ? text(notReady, 'message') : 'Condition is unknown';
  return say(word === 'Failed' ? 'degraded' : 'progressing', message);
}

function machinePool(object: KubeObject): Health {
  const word = at(object, 'status.phase');
  const isGood = word === 'Running' || word === 'Scaling';
  const isBad = word === 'Failed' || word === 'Unknown';
  const missing = items(object, 'status.conditions')
    .filter((entry) => matcher('*=False')(entry) && entry['type'] !== undefined)
    .map((entry) => `Not ${text(entry, 'type')}${entry['reason'] === undefined ? '' : ` (${text(entry, 'reason')})`}`);
  const message = word === undefined ? '' : `MachinePool is ${show(word)}`;
  return say(
    isGood ? 'healthy' : isBad ? 'degraded' : 'progressing',
    missing.length > 0 ? `${message}: ${missing.join(', ')}` : message,
  );
}
