// What an Application asks, in annotations of our own, to be guarded against: other Applications that are not ready, commits that
// delete too much, and revisions that make it ill.

import type { DeliveryGuard, DeliveryReport } from '@evenkeel/delivery';
import { defaultPruneBudget, judgeRollback, readPruneBudget } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import { type Json, type KubeObject, isMap } from '@evenkeel/resource';
import { parseDurationMs } from '@evenkeel/std';
import type { Application } from './application.ts';
import { holdAnnotation, holdOf } from './hold.ts';
import { deliveryKey } from './tracking.ts';

const dependsOnAnnotation = 'evenkeel.dev/depends-on';
const pruneBudgetAnnotation = 'evenkeel.dev/prune-budget';
const rollbackAnnotation = 'evenkeel.dev/rollback';
/** Written by us: the revisions at which the Application was healthy. */
const healthyAnnotation = 'evenkeel.dev/healthy-revisions';

/** How long after a sync falling health is put down to it, unless said: a rollout may take ten minutes to fail. */
const ROLLBACK_WINDOW_MS = 30 * 60e3;

/** Whose doing an automatic rollback is, in its hold. */
const rollbackBy = 'Evenkeel';

/** Reads the annotations; what cannot be read is refused by name. */
export function readGuard(application: Application): {
  readonly guard: DeliveryGuard;
  readonly refusals: readonly Refusal[];
} {
  const refusals: Refusal[] = [];
  const refuse = (name: string, expected: string): void => {
    refusals.push({
      code: 'INVALID_SPEC',
      sentence: `the annotation ${name} is "${text(application, name)}", expected ${expected}`,
      remedy: 'Correct the annotation, or take it out.',
    });
  };
  const names = list(text(application, dependsOnAnnotation));
  const wrong = names.some((name) => !/^[^/\s]+(\/[^/\s]+)?$/.test(name));
  if (wrong) refuse(dependsOnAnnotation, 'names of Applications, or <namespace>/<name>, between commas');
  const budgetText = text(application, pruneBudgetAnnotation);
  const pruneBudget = budgetText === '' ? defaultPruneBudget : readPruneBudget(budgetText);
  if (pruneBudget === undefined) refuse(pruneBudgetAnnotation, 'none, a number or a percentage');
  if (rollbackWindowMs(application) === undefined) refuse(rollbackAnnotation, 'true, false or a duration such as 30m');
  const dependsOn = names.map((name) => {
    const [place, rest] = name.split('/');
    return rest === undefined ? deliveryKey(application.namespace, name) : deliveryKey(place ?? '', rest);
  });
  return { guard: { ...(names.length > 0 ? { dependsOn } : {}), pruneBudget }, refusals };
}

/** How long a rollback is considered after a sync; 0 where nobody asks for it, undefined where the annotation cannot be read. */
function rollbackWindowMs(application: Application): number | undefined {
  const asked = text(application, rollbackAnnotation);
  if (asked === '' || asked === 'false') return 0;
  return asked === 'true' ? ROLLBACK_WINDOW_MS : parseDurationMs(asked);
}

/**
 * The annotations a report leads to: which revisions are healthy, and the hold of a rollback. Empty where nobody asked for rollbacks,
 * where syncing is not automatic, and where nothing is new.
 */
export function rollbackAnnotations(
  application: Application,
  report: DeliveryReport,
  nowMs: number,
): Readonly<Record<string, Json>> {
  const windowMs = rollbackWindowMs(application) ?? 0;
  const { automated } = application.spec.syncPolicy ?? {};
  if (windowMs === 0 || automated === undefined || automated.enabled === false) return {};
  const hold = holdOf(application.object);
  const before = text(application, healthyAnnotation);
  const { healthy, rollback } = judgeRollback({
    report,
    healthy: list(before, ' '),
    windowMs,
    held: hold?.sha === report.revisions.join(','),
    nowMs,
  });
  const after = healthy.join(' ');
  return {
    ...(after === before ? {} : { [healthyAnnotation]: after }),
    ...(rollback
      ? {
          [holdAnnotation]: JSON.stringify({
            sha: rollback.to,
            whileHead: rollback.from,
            by: rollbackBy,
            because: rollback.because,
          }),
        }
      : {}),
  };
}

/** What the annotations of a report say of going back, as a record of it; undefined where they do not. */
export function rollbackSentence(annotations: Json | undefined): string | undefined {
  const text = isMap(annotations) ? annotations[holdAnnotation] : undefined;
  const hold = holdOf({ metadata: { annotations: { [holdAnnotation]: text } } } as unknown as KubeObject);
  if (!hold) return undefined;
  return `Went back from ${short(hold.whileHead)} to ${short(hold.sha)}, because ${hold.because ?? 'it fell ill'}`;
}

/** Why an Application is where it is and not at the newest commit; undefined where it is not held. */
export function holdSentence({ object }: Application, revisions: readonly string[]): string | undefined {
  const hold = holdOf(object);
  if (!hold || hold.sha !== revisions.join(',') || hold.sha === hold.whileHead) return undefined;
  const because = hold.because === undefined ? '' : `, because at ${short(hold.whileHead)} ${hold.because}`;
  return `held at ${short(hold.sha)} since a rollback by ${hold.by}${because}; the next commit ends it`;
}

function short(revision: string): string {
  return revision
    .split(',')
    .map((each) => each.slice(0, 7))
    .join(',');
}

function text({ object }: Application, annotation: string): string {
  return object.metadata.annotations?.[annotation]?.trim() ?? '';
}

function list(words: string, separator = ','): readonly string[] {
  return words
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
