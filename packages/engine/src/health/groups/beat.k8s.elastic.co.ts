// Elastic Beats on Kubernetes.

import type { KubeObject } from '@evenkeel/resource';
import { reportBug } from '../families.ts';
import type { Health } from '../health.ts';
import { at, degraded, healthy, progressing, show, unknown } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ Beat: beat });

function beat(object: KubeObject): Health {
  const colour = at(object, 'status.health');
  const [available, expected] = [at(object, 'status.availableNodes'), at(object, 'status.expectedNodes')];
  if (colour === undefined && expected !== undefined) return progressing('Elastic Beat phase is progressing');
  if (colour === 'red') return degraded('Elastic Beat status is Red');
  if (colour === 'green') return healthy('Elastic Beat status is Green');
  if (colour !== 'yellow') return unknown(`Elastic Beat status is unknown. ${reportBug}`);
  if (available === undefined || expected === undefined) return progressing('Elastic Beat phase is progressing');
  const ready = `there is ${show(available)} instance(s) on ${show(expected)} expected`;
  return progressing(`Elastic Beat status is deploying, ${ready}`);
}
