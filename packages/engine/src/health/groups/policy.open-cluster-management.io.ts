// Policies of Open Cluster Management.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthStatus } from '../health.ts';
import { at, healthy, items, progressing, say, text, size } from '../reading.ts';
import { conditions, first, type KindChecks, phase } from '../rules.ts';

const reporting = progressing('Waiting for the status to be reported');
const updating = progressing('Waiting for the status to be updated');

export const checks = (): KindChecks => ({
  CertificatePolicy: first(
    phase('status.compliant', {
      Compliant: ['healthy', 'All certificates found comply with the policy'],
      '*': ['degraded', 'At least once certificate does not comply with the policy'],
    }),
    () => reporting,
  ),
  ConfigurationPolicy: configurationPolicy,
  OperatorPolicy: (object) => {
    if (at(object, 'status.conditions') === undefined) return reporting;
    const observed = at(object, 'status.observedGeneration');
    if (observed !== undefined && observed !== object.metadata.generation) return updating;
    return compliance(object) ?? progressing('Waiting for the compliance condition');
  },
  Policy: policy,
});

const compliance = conditions(['Compliant=True', 'healthy'], ['Compliant', 'degraded']);

function statusOf(object: KubeObject): HealthStatus {
  return at(object, 'status.compliant') === 'Compliant' ? 'healthy' : 'degraded';
}

function configurationPolicy(object: KubeObject): Health {
  if (at(object, 'status.compliant') === undefined) return reporting;
  if (at(object, 'status.lastEvaluatedGeneration') !== object.metadata.generation) return updating;
  if (at(object, 'status.compliancyDetails') === undefined) return progressing('Waiting for compliance');
  const messages = items(object, 'status.compliancyDetails')
    .flatMap((detail) => items(detail, 'conditions'))
    .filter(({ type, message }) => (type ?? undefined) !== undefined && (message ?? undefined) !== undefined)
    .map((entry) => `${text(entry, 'type')} - ${text(entry, 'message')}`);
  return say(statusOf(object), messages.join('; '));
}

function policy(object: KubeObject): Health {
  if ((at(object, 'spec.disabled') ?? false) !== false) return healthy('Policy is disabled');
  const clusters = at(object, 'status.status');
  if (at(object, 'status.compliant') === undefined) {
    const isPlaced = size(object, 'status.placement') > 0;
    return clusters === undefined && isPlaced ? healthy('No clusters match this policy') : reporting;
  }
  const status = statusOf(object);
  const bad = (path: string, name: string): string =>
    items(object, path)
      .filter(({ compliant }) => compliant !== 'Compliant')
      .map((entry) => text(entry, name))
      .filter((word) => word !== '')
      .join(', ');
  if (clusters !== undefined) {
    const names = bad('status.status', 'clustername');
    return say(status, names === '' ? 'All clusters are compliant' : `NonCompliant clusters: ${names}`);
  }
  if (at(object, 'status.details') === undefined) return say(status);
  const names = bad('status.details', 'templateMeta.name');
  return say(status, names === '' ? 'All templates are compliant' : `NonCompliant templates: ${names}`);
}
