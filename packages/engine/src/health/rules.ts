// The declarative form of health checks: tables of conditions and of phases, tried one after the other.
//
//   first(conditions(['Ready=False', 'degraded'], ['Ready=True', 'healthy']), waiting('Waiting for certificate'))

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck, HealthStatus } from './health.ts';
import { at, items, progressing, say, show, text } from './reading.ts';

/** The checks of one API group by kind; `_` stands for every kind without one of its own. */
export type KindChecks = Readonly<Record<string, HealthCheck>>;

/** A sentence, or how to make it from the condition that decided. */
export type Sentence = string | ((condition: JsonObject, object: KubeObject) => string);

/**
 * What a condition must be, and what it then says. The pattern is `Type`, `Type=Status`, `Type!=Status`, each with an optional
 * `/Reason` or `/!Reason`; `*` is any type. Without a sentence the condition's own message is taken.
 */
export type ConditionLine = readonly [pattern: string, status: HealthStatus, sentence?: Sentence];

/** Walks status.conditions in their order; the first that any line matches decides. */
export function conditions(...lines: readonly ConditionLine[]): HealthCheck {
  return conditionsAt('status.conditions', ...lines);
}

/** As {@link conditions}, for a list of conditions that stands elsewhere. */
export function conditionsAt(path: string, ...lines: readonly ConditionLine[]): HealthCheck {
  const compiled = lines.map(([pattern, status, sentence]) => ({ matches: matcher(pattern), status, sentence }));
  return (object) => {
    for (const condition of items(object, path)) {
      for (const { matches, status, sentence } of compiled) {
        if (!matches(condition)) continue;
        if (typeof sentence === 'function') return say(status, sentence(condition, object));
        return say(status, sentence ?? text(condition, 'message'));
      }
    }
    return undefined;
  };
}

/** The pattern of a line as a predicate on conditions. */
export function matcher(pattern: string): (condition: JsonObject) => boolean {
  const parsed = /^([^=!/]+)(?:(!?)=([^/]+))?(?:\/(!?)(.*))?$/.exec(pattern);
  const [, type = '', notStatus = '', status, notReason = '', reason] = parsed ?? [];
  return (condition) =>
    (type === '*' || condition['type'] === type) &&
    (status === undefined || (condition['status'] === status) !== (notStatus === '!')) &&
    (reason === undefined || ((condition['reason'] ?? '') === reason) !== (notReason === '!'));
}

/** True where some condition matches the pattern. */
export function hasCondition(object: KubeObject, pattern: string): boolean {
  return items(object, 'status.conditions').some(matcher(pattern));
}

/** The first answer of several checks. */
export function first(...checks: readonly HealthCheck[]): HealthCheck {
  return (object) => {
    for (const check of checks) {
      const found = check(object);
      if (found) return found;
    }
    return undefined;
  };
}

/** The same answer for every object. */
export function always(status: HealthStatus, message?: string): HealthCheck {
  const answer = say(status, message);
  return () => answer;
}

/** Progressing, with what is waited for. */
export function waiting(message: string): HealthCheck {
  return always('progressing', message);
}

/** What a phase means: a status, whose sentence is the phase itself, or a status with a sentence. */
export type PhaseMeaning =
  | HealthStatus
  | readonly [status: HealthStatus, sentence: string | ((object: KubeObject) => string)];

/** Reads a word at `path` and looks its meaning up; `*` is any other word. No answer where the field is missing. */
export function phase(path: string, meanings: Readonly<Record<string, PhaseMeaning>>): HealthCheck {
  return (object) => {
    const value = at(object, path);
    if (value === undefined) return undefined;
    const word = show(value);
    const meaning = (Object.hasOwn(meanings, word) ? meanings[word] : undefined) ?? meanings['*'];
    if (meaning === undefined) return undefined;
    if (typeof meaning === 'string') return say(meaning, word);
    const [status, sentence] = meaning;
    return say(status, typeof sentence === 'string' ? sentence : sentence(object));
  };
}

/** The commonest check: Ready is true, or false with the reason why, or not known yet. */
export function ready(wait: string, truth?: Sentence): HealthCheck {
  return first(
    conditions(
      ['Ready=False', 'degraded'],
      truth === undefined ? ['Ready=True', 'healthy'] : ['Ready=True', 'healthy', truth],
    ),
    waiting(wait),
  );
}

/** Sentence: the condition's message, or a fixed one where it has none. */
export function messageOr(otherwise: string): Sentence {
  return (condition) => show(condition['message'] ?? otherwise);
}

/** Sentence: the condition's reason. */
export const reason: Sentence = (condition) => text(condition, 'reason');

/** True where the controller has seen this generation; kinds that do not count generations always have. */
export function isObserved(object: KubeObject): boolean {
  return at(object, 'status.observedGeneration') === object.metadata.generation;
}

/** Progressing while a newer generation waits to be seen; no answer where one side does not count. */
export function observedOr(message: string): HealthCheck {
  const answer: Health = progressing(message);
  return (object) => {
    const observed = at(object, 'status.observedGeneration');
    const { generation } = object.metadata;
    return observed !== undefined && generation !== undefined && observed !== generation ? answer : undefined;
  };
}
