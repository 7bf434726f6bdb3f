// Elasticsearch on Kubernetes.

import type { KubeObject } from '@evenkeel/resource';
import { reportBug } from '../families.ts';
import type { Health } from '../health.ts';
import { amount, at, degraded, entries, healthy, progressing, show, unknown } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const colours: Readonly<Record<string, Health>> = {
  green: healthy('Elasticsearch Cluster status is Green'),
  yellow: progressing('Elasticsearch Cluster status is Yellow. Check the status of indices, replicas and shards'),
  red: degraded('Elasticsearch Cluster status is Red. Check the status of indices, replicas and shards'),
};
const phases: Readonly<Record<string, Health>> = {
  ApplyingChanges: progressing('Elasticsearch phase is ApplyingChanges'),
  MigratingData: progressing('Elasticsearch phase is MigratingData'),
  Invalid: degraded('Elasticsearch phase is Invalid'),
};

export const checks = (): KindChecks => ({
  Elasticsearch: (object) => elasticsearch(object) ?? unknown(`Elasticsearch Cluster status is unknown. ${reportBug}`),
});

function elasticsearch(object: KubeObject): Health | undefined {
  const available = at(object, 'status.availableNodes');
  if (typeof available !== 'number') return undefined;
  const wanted = entries(object, 'spec.nodeSets').reduce((sum, node) => sum + amount(node, 'count'), 0);
  if (available < wanted) {
    return progressing(`The desired amount of availableNodes is ${wanted} but the current amount is ${available}`);
  }
  const [word, colour] = [at(object, 'status.phase'), at(object, 'status.health')];
  if (available > wanted || word === undefined || colour === undefined) return undefined;
  return word === 'Ready' ? colours[show(colour)] : phases[show(word)];
}
