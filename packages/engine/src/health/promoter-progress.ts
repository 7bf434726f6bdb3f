// How far a promotion has come: commit statuses counted and named. No group of its own.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health } from './health.ts';
import { at, degraded, healthy, items, progressing, show, text } from './reading.ts';

/** Reads how many statuses wait, passed and failed, and which. */
export function countStatuses(list: readonly JsonObject[]): StatusCount {
  const keys = (word: string): readonly string[] =>
    list.filter(({ phase: found }) => found === word).map((entry) => text(entry, 'key'));
  const [pending, failed] = [keys('pending'), keys('failure')];
  const counts = `${pending.length} pending, ${keys('success').length} successful, ${failed.length} failed. `;
  const named =
    (pending.length > 0 ? `Pending commit statuses: ${pending.join(', ')}. ` : '') +
    (failed.length > 0 ? `Failed commit statuses: ${failed.join(', ')}. ` : '');
  return { pending: pending.length, failed: failed.length, sentence: counts + named };
}

export interface StatusCount {
  readonly pending: number;
  readonly failed: number;
  readonly sentence: string;
}

function shortSha(value: Json | undefined): string {
  return show(value).slice(0, 7);
}

/** A policy that carries one environment from one commit to the next. */
export function transfer(object: KubeObject): Health {
  const [active, proposed] = [text(object, 'status.active.dry.sha'), text(object, 'status.proposed.dry.sha')];
  if (active === '') return progressing('The active commit DRY SHA is missing or empty.');
  if (proposed === '') return progressing('The proposed commit DRY SHA is missing or empty.');
  if (proposed !== active) {
    const { sentence } = countStatuses(items(object, 'status.proposed.commitStatuses'));
    return healthy(`Promotion in progress from '${shortSha(active)}' to '${shortSha(proposed)}': ${sentence}`);
  }
  const { pending, failed, sentence } = countStatuses(items(object, 'status.active.commitStatuses'));
  if (pending > 0 || failed > 0) {
    const lead = 'Environment is up-to-date, but there are non-successful active commit statuses';
    return healthy(`${lead}: ${sentence}`);
  }
  return healthy(`Environment is up-to-date on commit ${shortSha(active)}.`);
}

/** A strategy over several environments: each carried on in turn. */
export function strategy(object: KubeObject): Health {
  const environments = items(object, 'status.environments');
  const [leader] = environments;
  if (!leader) return degraded('Promotion strategy has no environments configured');
  for (const entry of environments) {
    const which =
      text(entry, 'active.dry.sha') === '' ? 'active' : proposedSha(entry) === undefined ? 'proposed' : undefined;
    if (which === undefined) continue;
    return progressing(`The ${which} commit DRY SHA is missing or empty in environment '${text(entry, 'branch')}'.`);
  }
  if (environments.some((entry) => proposedSha(entry) !== proposedSha(leader))) {
    const cause = 'This likely means the hydrator has not run for all environments yet.';
    return progressing(`Not all environments have the same proposed commit SHA. ${cause}`);
  }
  const moving = environments.find((entry) => at(entry, 'proposed.dry.sha') !== at(entry, 'active.dry.sha'));
  return moving ? promotion(moving) : settled(environments, leader);
}

function proposedSha(environment: JsonObject): string | undefined {
  return text(environment, 'proposed.note.drySha') || text(environment, 'proposed.dry.sha') || undefined;
}

function promotion(environment: JsonObject): Health {
  const [from, to] = [at(environment, 'active.dry.sha'), at(environment, 'proposed.dry.sha')];
  const { sentence } = countStatuses(items(environment, 'proposed.commitStatuses'));
  return healthy(
    `Promotion in progress for environment '${text(environment, 'branch')}' from '${shortSha(from)}' ` +
      `to '${shortSha(to)}': ${sentence}Hydrator has processed dry commit '${shortSha(proposedSha(environment))}'. `,
  );
}

function settled(environments: readonly JsonObject[], leader: JsonObject): Health {
  const open = new Map<string, string>();
  for (const entry of environments) {
    const { pending, failed } = countStatuses(items(entry, 'active.commitStatuses'));
    if (pending > 0 || failed > 0) open.set(text(entry, 'branch'), `(${failed} failed, ${pending} pending)`);
  }
  if (open.size > 0) {
    const list = [...open].map(([branch, counts]) => `${branch} ${counts}`).join(', ');
    return healthy(`Environments are up-to-date, but some environments have non-successful commit statuses: ${list}.`);
  }
  const commit = `'${shortSha(at(leader, 'active.dry.sha'))}'`;
  const hydrated = `Hydrator has processed dry commit '${shortSha(proposedSha(leader))}'.`;
  return healthy(`All environments are up-to-date on commit ${commit}. ${hydrated}`);
}
