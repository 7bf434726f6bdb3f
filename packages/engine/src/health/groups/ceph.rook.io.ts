// Rook's Ceph.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthStatus } from '../health.ts';
import { at, isMap, progressing, say, show, text } from '../reading.ts';
import { type KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ CephCluster: cephCluster, CephObjectStore: cephObjectStore });

function cephCluster(object: KubeObject): Health {
  if (at(object, 'status') === undefined) return progressing('Waiting for status to be reported');
  const word = at(object, 'status.ceph.health');
  let status: HealthStatus = 'progressing';
  const sentences: string[] = [];
  if (word !== undefined) {
    if (word === 'HEALTH_ERR' || word === 'HEALTH_WARN') status = 'degraded';
    else if (word === 'HEALTH_OK') status = 'healthy';
    sentences.push(`Ceph health is ${show(word)}${cephDetails(object)}`);
  }
  const state = at(object, 'status.state');
  if (state !== undefined && status === 'healthy') {
    sentences.push(`Ceph cluster state is ${show(state)}`);
    if (state !== 'Created' && state !== 'Connected') status = state === 'Error' ? 'degraded' : 'progressing';
  }
  sentences.push(text(object, 'status.message'));
  return say(status, sentences.filter((sentence) => sentence !== '').join(' - '));
}

function cephDetails(object: KubeObject): string {
  const details = at(object, 'status.ceph.details');
  if (!isMap(details)) return '';
  const messages = Object.keys(details)
    .toSorted()
    .map((name) => at(details, `${name}.message`))
    .filter((message) => message !== undefined);
  return messages.length > 0 ? ` (${messages.map(show).join('; ')})` : '';
}

function cephObjectStore(object: KubeObject): Health {
  const word = at(object, 'status.phase');
  const endpoint = text(object, 'status.info.endpoint');
  const message = word === undefined ? 'Waiting for status to be reported' : `Ceph object store phase is ${show(word)}`;
  const status = word === 'Ready' ? 'healthy' : word === 'Failure' ? 'degraded' : 'progressing';
  return say(status, endpoint === '' ? message : `${message} - endpoint: ${endpoint}`);
}
