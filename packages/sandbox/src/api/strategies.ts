// The strategies of the built-in types, by collection.

import type { Strategy } from './strategy.ts';
import { definitionStrategies } from '../crd/definition-strategy.ts';
import { clusterStrategies } from '../defaulting/cluster.ts';
import { networkStrategies } from '../defaulting/network.ts';
import { workloadStrategies } from '../defaulting/workloads.ts';
import { accessStrategies } from '../defaulting/access.ts';

const strategies: Readonly<Record<string, Strategy>> = {
  ...clusterStrategies,
  ...networkStrategies,
  ...workloadStrategies,
  ...accessStrategies,
  ...definitionStrategies,
};

const none: Strategy = {};

/** The strategy of a built-in type. */
export function strategyOf(collection: string): Strategy {
  return strategies[collection] ?? none;
}
