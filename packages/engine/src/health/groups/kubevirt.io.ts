// KubeVirt's machines.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthStatus } from '../health.ts';
import { at, degraded, healthy, items, progressing, say, show, suspended, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({ VirtualMachine: virtualMachine, VirtualMachineInstance: instance });

function virtualMachine(object: KubeObject): Health {
  const isMeantToStop = at(object, 'spec.running') === false || at(object, 'spec.runStrategy') === 'Halted';
  if (isMeantToStop && (at(object, 'status.created') ?? false) === false) return healthy('Stopped as declared');
  let found = progressing('No status available');
  for (const { type, status } of items(object, 'status.conditions')) {
    if (type === 'Paused' && status === 'True') return suspended('Paused');
    if (type !== 'Ready') continue;
    if (status === 'True') found = healthy('Running');
    else if ((at(object, 'status.created') ?? false) !== false) found = say(found.status, 'Starting');
    else found = suspended('Stopped');
  }
  const printable = at(object, 'status.printableStatus');
  return printable === undefined ? found : say(found.status, show(printable));
}

const phases: Readonly<Record<string, HealthStatus>> = {
  Failed: 'degraded',
  Pending: 'progressing',
  Scheduling: 'progressing',
  Scheduled: 'progressing',
  Succeeded: 'suspended',
  Unknown: 'unknown',
};

function instance(object: KubeObject): Health {
  const word = text(object, 'status.phase');
  const status = phases[word];
  if (status) return say(status, word);
  let found = progressing(word === '' ? 'No status available' : word);
  for (const condition of items(object, 'status.conditions')) {
    if (condition['type'] === 'Ready') {
      found = condition['status'] === 'True' ? healthy('Running') : degraded(text(condition, 'message'));
    } else if (matcher('Paused=True')(condition)) return suspended(text(condition, 'message'));
  }
  return found;
}
