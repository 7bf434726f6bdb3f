// The Spark operator.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { amount, at, healthy, isMap, text } from '../reading.ts';
import { first, type KindChecks, phase, waiting } from '../rules.ts';

const error = (object: KubeObject): string => text(object, 'status.applicationState.errorMessage');
/** The original's sentence runs over two lines, the second indented as its source is. */
const succeeding =
  'The driver pod has been completed successfully. The executor pods terminate and are cleaned up.\n' +
  `${' '.repeat(32)}Under this circumstances, we assume the executor pod are completed.`;

export const checks = (): KindChecks => ({
  SparkApplication: first(
    running,
    phase('status.applicationState.state', {
      '': ['progressing', 'SparkApplication was added, enqueuing it for submission'],
      SUBMITTED: ['progressing', 'SparkApplication was submitted successfully'],
      COMPLETED: ['healthy', 'SparkApplication was Completed'],
      FAILED: ['degraded', error],
      SUBMISSION_FAILED: ['degraded', error],
      PENDING_RERUN: ['progressing', 'SparkApplication is Pending Rerun'],
      INVALIDATING: ['missing', 'SparkApplication is in InvalidatingState'],
      SUCCEEDING: ['progressing', succeeding],
      FAILING: ['degraded', error],
      UNKNOWN: [
        'progressing',
        'SparkApplication is in UnknownState because either driver pod or one or all executor pods in unknown state  ',
      ],
    }),
    waiting('Waiting for Executor pods'),
  ),
});

/** Running means that as many executors run as the application asks for. */
function running(object: KubeObject): Health | undefined {
  const executors = at(object, 'status.executorState');
  if (at(object, 'status.applicationState.state') !== 'RUNNING' || !isMap(executors)) return undefined;
  const count = Object.values(executors).filter((state) => state === 'RUNNING').length;
  const wanted = at(object, 'spec.executor.instances');
  const answer = healthy('SparkApplication is Running');
  if (wanted === count) return answer;
  const range = executorRange(object);
  if (range) return count >= range[0] && count <= range[1] ? answer : undefined;
  return at(object, 'spec.dynamicAllocation') === undefined && wanted === undefined && count >= 1 ? answer : undefined;
}

function executorRange(object: KubeObject): readonly [min: number, max: number] | undefined {
  const allocation = at(object, 'spec.dynamicAllocation');
  if (isMap(allocation) && (allocation['enabled'] ?? false) !== false) {
    return [amount(allocation, 'minExecutors'), amount(allocation, 'maxExecutors', Infinity)];
  }
  const settings = at(object, 'spec.sparkConf');
  if (!isMap(settings)) return undefined;
  for (const prefix of ['spark.streaming.dynamicAllocation', 'spark.dynamicAllocation']) {
    if (settings[`${prefix}.enabled`] !== 'true') continue;
    const setting = (name: string, otherwise: number): number => Number(settings[`${prefix}.${name}`] ?? otherwise);
    const min = setting('minExecutors', 0);
    return Number.isNaN(min) ? undefined : [min, setting('maxExecutors', Infinity)];
  }
  return undefined;
}
