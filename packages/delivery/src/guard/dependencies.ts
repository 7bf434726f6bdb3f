// Deliveries that wait for others: a new revision goes live when everything it depends on is in sync and healthy, at the same commit
// where both come from the same place. Who waits is told why, and is woken when that changes.

import type { Refusal } from '@evenkeel/engine';
import type { Decision } from '../decide.ts';
import type { Delivery, DeliveryReport } from '../model.ts';

/** What is known of another delivery. */
export interface Known {
  readonly delivery: Delivery | undefined;
  readonly report: DeliveryReport | undefined;
}

/** Looks after who waits for whom. */
export class Dependencies {
  readonly #look: (key: string) => Known;
  readonly #wake: (key: string) => void;
  /** Who waits, by what is waited for. */
  readonly #waiting = new Map<string, Set<string>>();
  /** How each that is waited for stood when it was last told of. */
  readonly #standing = new Map<string, string>();

  constructor(look: (key: string) => Known, wake: (key: string) => void) {
    this.#look = look;
    this.#wake = wake;
  }

  /**
   * Why a delivery has to wait; undefined where it need not. Only new revisions wait: what a person asks for, what was interrupted,
   * and undoing drift do not.
   */
  blocks(delivery: Delivery, decision: Decision, report: DeliveryReport): Refusal | undefined {
    const { dependsOn = [] } = delivery.guard ?? {};
    for (const waiting of this.#waiting.values()) waiting.delete(delivery.key);
    const waits = decision.kind === 'sync' && (decision.cause === 'revision' || decision.cause === 'retry');
    if (dependsOn.length === 0 || !waits || decision.request?.initiatedBy.automated === false) return undefined;
    const cycle = this.#cycleThrough(delivery);
    if (cycle) {
      for (const key of cycle) if (key !== delivery.key) this.#wait(delivery.key, key);
      return {
        code: 'DEPENDENCY',
        sentence: `blocked by itself: ${cycle.map((key) => nameOf(key, delivery)).join(' depends on ')}`,
        remedy: 'Take one of these dependencies out.',
      };
    }
    const reasons = dependsOn.flatMap((key) => {
      const why = this.#notReady(key, delivery, report);
      return why === undefined ? [] : [{ key, why }];
    });
    if (reasons.length === 0) return undefined;
    for (const { key } of reasons) this.#wait(delivery.key, key);
    const named = reasons.map(({ key, why }) => `${nameOf(key, delivery)} (${why})`);
    return {
      code: 'DEPENDENCY',
      sentence: `blocked by ${named.join(' and ')}`,
      remedy: 'It goes on by itself as soon as that is in sync and healthy.',
    };
  }

  /** A delivery has a report, or is gone: those that wait for it look again where that changes anything for them. */
  told(key: string): void {
    const waiting = this.#waiting.get(key);
    if (!waiting || waiting.size === 0) return;
    const standing = standingOf(this.#look(key));
    if (this.#standing.get(key) === standing) return;
    this.#standing.set(key, standing);
    for (const waiter of waiting) this.#wake(waiter);
  }

  #wait(waiter: string, key: string): void {
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(waiter));
    this.#standing.set(key, standingOf(this.#look(key)));
  }

  #notReady(key: string, delivery: Delivery, own: DeliveryReport): string | undefined {
    const known = this.#look(key);
    const { report } = known;
    if (!report) return 'it is not there, or has not been looked at yet';
    const [refusal] = report.refusals;
    if (report.sync === 'unknown') return refusal?.sentence ?? 'it cannot be compared';
    if (isBusy(report)) return 'a sync of it is running';
    const behind = laggingSource(known, delivery, own);
    if (behind !== undefined) return `it has not looked at ${behind.slice(0, 7)} yet`;
    if (report.sync !== 'synced') return refusal?.sentence ?? 'it is not in sync';
    const { status, message } = report.health;
    if (status === 'healthy' || status === 'suspended') return undefined;
    return message === undefined ? status : `${status}: ${message}`;
  }

  /** The way from a delivery back to itself, its ends included; undefined where there is none. */
  #cycleThrough({ key: start }: Delivery): readonly string[] | undefined {
    const seen = new Set<string>();
    const walk = (key: string, path: readonly string[]): readonly string[] | undefined => {
      for (const next of this.#look(key).delivery?.guard?.dependsOn ?? []) {
        if (next === start) return [...path, start];
        if (seen.has(next)) continue;
        seen.add(next);
        const found = walk(next, [...path, next]);
        if (found) return found;
      }
      return undefined;
    };
    return walk(start, [start]);
  }
}

function isBusy({ operation }: DeliveryReport): boolean {
  return operation?.phase === 'terminating' || (operation?.phase === 'running' && operation.finishedAtMs === undefined);
}

/** The revision of a source of both at which the other one has not been yet. One that is held stays where it is on purpose. */
function laggingSource(
  { delivery: other, report }: Known,
  delivery: Delivery,
  own: DeliveryReport,
): string | undefined {
  for (const [index, source] of delivery.sources.entries()) {
    const wanted = own.revisions[index];
    const at =
      other?.sources.findIndex(({ url, revision }) => url === source.url && revision === source.revision) ?? -1;
    if (at < 0 || wanted === undefined || other?.sources[at]?.hold || source.hold) continue;
    if (report?.revisions[at] !== wanted) return wanted;
  }
  return undefined;
}

/** Everything about a delivery that those who wait for it ask. */
function standingOf({ report }: Known): string {
  if (!report) return '';
  const { sync, health, revisions, refusals } = report;
  return JSON.stringify([sync, health, revisions, refusals[0]?.sentence, isBusy(report)]);
}

/** The name people use: without the namespace where it is the same. */
function nameOf(key: string, { namespace }: Delivery): string {
  const [, place = '', name = ''] = key.split('/');
  return place === namespace ? name : `${place}/${name}`;
}
