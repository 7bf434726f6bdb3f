// Which Application belongs to which step of a rolling sync. Mirrors buildAppDependencyList
// (argoproj/argo-cd:applicationset/progressivesync/progressive_sync.go, 3.6).

import type { KubeObject } from '@evenkeel/resource';
import type { ApplicationSet, RolloutStep } from '../application-set.ts';

/** Steps by the names of their Applications; the first step that selects an Application has it. */
export interface Steps {
  readonly steps: readonly RolloutStep[];
  readonly names: readonly (readonly string[])[];
  readonly stepOf: ReadonlyMap<string, number>;
  /** What is wrong in the configuration, one sentence each. */
  readonly issues: readonly string[];
}

/** The steps of a set; undefined where it has no rolling sync. */
export function rolloutSteps({ spec }: ApplicationSet): readonly RolloutStep[] | undefined {
  const { strategy } = spec;
  return strategy?.type === 'RollingSync' && strategy.rollingSync ? (strategy.rollingSync.steps ?? []) : undefined;
}

/**
 * What is wrong with a strategy. Upstream takes what it does not know for none, and updates everything at once where
 * somebody asked for steps.
 */
export function strategyProblem({ spec: { strategy } }: ApplicationSet): string | undefined {
  const { type = '', rollingSync, deletionOrder = '' } = strategy ?? {};
  if (type !== '' && type !== 'AllAtOnce' && type !== 'RollingSync')
    return `spec.strategy.type is ${JSON.stringify(type)}, expected AllAtOnce or RollingSync`;
  if (type === 'RollingSync' && !rollingSync)
    return 'spec.strategy.rollingSync is missing, which type RollingSync needs';
  if (!['', 'allatonce', 'reverse'].includes(deletionOrder.toLowerCase()))
    return `spec.strategy.deletionOrder is ${JSON.stringify(deletionOrder)}, expected AllAtOnce or Reverse`;
  return undefined;
}

/** Whether Applications are deleted in reverse order of their steps. */
export function deletesInReverse(set: ApplicationSet): boolean {
  return (rolloutSteps(set) ?? []).length > 0 && set.spec.strategy?.deletionOrder?.toLowerCase() === 'reverse';
}

/** Sorts Applications into steps by their labels. */
export function assignSteps(steps: readonly RolloutStep[], applications: readonly KubeObject[]): Steps {
  const issues = new Set<string>(steps.flatMap(stepIssues));
  const stepOf = new Map<string, number>();
  const names = steps.map((step, index) => {
    const selected = applications.filter((application) => selects(step, application));
    return selected.map((application) => {
      const name = application.metadata.name ?? '';
      const first = stepOf.get(name);
      if (first === undefined) stepOf.set(name, index);
      else issues.add(`Application "${name}" is selected by steps ${first + 1} and ${index + 1}`);
      return name;
    });
  });
  for (const [index, list] of names.entries())
    if (list.length === 0) issues.add(`step ${index + 1} selects no Application`);
  return { steps, names, stepOf, issues: [...issues] };
}

/** What is wrong with a step, whatever Applications there are. */
function stepIssues({ matchExpressions = [], maxUpdate }: RolloutStep, index: number): readonly string[] {
  const operators = matchExpressions.filter(({ operator }) => operator !== 'In' && operator !== 'NotIn');
  return [
    ...operators.map(
      ({ operator = '' }) => `step ${index + 1} has the invalid matchExpressions operator "${operator}"`,
    ),
    ...(typeof maxUpdate === 'string' && !/^\d+%$/.test(maxUpdate)
      ? [
          `step ${index + 1} has the maxUpdate "${maxUpdate}", which is neither a number nor a percentage; one is updated at a time`,
        ]
      : []),
  ];
}

function selects(step: RolloutStep, application: KubeObject): boolean {
  const labels = application.metadata.labels ?? {};
  for (const { key = '', operator = '', values = [] } of step.matchExpressions ?? []) {
    const value = labels[key];
    if (value === undefined) {
      if (operator === 'In') return false;
      continue;
    }
    if (operator !== 'In' && operator !== 'NotIn') return false;
    if (values.includes(value) !== (operator === 'In')) return false;
  }
  return true;
}

/** How many Applications of a step may be under way at once; undefined for all. Percentages round down, but not to none. */
export function maxUpdateOf(step: RolloutStep | undefined, total: number): number | undefined {
  const value = step?.maxUpdate;
  if (value === undefined) return undefined;
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value);
  // Upstream goes on with none where the text is no percentage.
  if (!percent) return value === '0%' ? 0 : 1;
  const count = Math.floor((Number(percent[1]) * total) / 100);
  return value === '0%' ? 0 : Math.max(1, count);
}
