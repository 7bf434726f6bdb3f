// What spec.sourceHydrator means: what is rendered, where it is written to, and which Applications are written together.
// Pure. Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go and controller/hydrator (3.6).

import type { DeliveryReport } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import { type Json, type JsonObject, jsonEquals } from '@evenkeel/resource';
import { type Application, type ApplicationSource, type SourceHydrator, asJson } from '../application.ts';
import { normalizeUrl } from '../repositories/match.ts';

/** Where hydrated manifests are written to. */
export interface HydrationTarget {
  readonly repoURL: string;
  readonly branch: string;
  readonly path: string;
  /** The branch that is synced; another one where manifests are staged first. */
  readonly syncBranch: string;
}

/** An Application with something to hydrate. */
export interface Hydratable extends Application {
  readonly hydrator: SourceHydrator;
}

/** The Application where it has a hydrator that says enough to be tried. */
export function asHydratable(application: Application): Hydratable | undefined {
  const hydrator = application.spec.sourceHydrator;
  if (application.problems) return undefined;
  return hydrator && hydratorRefusals(hydrator).length === 0 ? { ...application, hydrator } : undefined;
}

/** "namespace/name", as upstream tells Applications apart. */
export function qualifiedName({ namespace, name }: Pick<Application, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** The source that is rendered. */
export function drySourceOf({ drySource }: SourceHydrator): ApplicationSource {
  return drySource;
}

/** Where it is written to: `hydrateTo` names another branch, and nothing else. */
export function targetOf({ drySource, syncSource, hydrateTo }: SourceHydrator): HydrationTarget {
  return {
    repoURL: syncSource.repoURL || (drySource.repoURL ?? ''),
    branch: hydrateTo?.targetBranch ?? syncSource.targetBranch,
    path: syncSource.path,
    syncBranch: syncSource.targetBranch,
  };
}

/** Applications of equal keys are hydrated in one commit. */
export function hydrationKey(hydrator: SourceHydrator): string {
  const { repoURL = '', targetRevision = '' } = hydrator.drySource;
  const target = targetOf(hydrator);
  const normal = (url: string): string => normalizeUrl(url) || url;
  return JSON.stringify([normal(repoURL), targetRevision, normal(target.repoURL), target.branch]);
}

/** Whether two hydrators ask for the same; settings that say nothing do not count. */
export function sameHydrator(left: SourceHydrator | undefined, right: SourceHydrator | undefined): boolean {
  return jsonEquals(bare(asJson(left ?? {})), bare(asJson(right ?? {})));
}

/** A status keeps no empty strings, lists and maps; a spec may. */
function bare(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => bare(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value as JsonObject)
    .map(([name, member]) => [name, bare(member ?? null)] as const)
    .filter(([, member]) => !isEmpty(member));
  return Object.fromEntries(kept);
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '' || value === false) return true;
  return typeof value === 'object' && (Array.isArray(value) ? value : Object.keys(value)).length === 0;
}

/** Why there is nothing at the path that is synced, where somebody else has to bring it there. Upstream's words. */
export function withStagingHint({ spec }: Application, report: DeliveryReport): DeliveryReport {
  const { syncSource, hydrateTo } = spec.sourceHydrator ?? {};
  if (!syncSource || !hydrateTo || !report.refusals.some(isMissingPath)) return report;
  const hint = `waiting for an external process to update ${syncSource.targetBranch} from ${hydrateTo.targetBranch}`;
  const refusals = report.refusals.map((refusal) =>
    isMissingPath(refusal) ? { ...refusal, sentence: `${refusal.sentence} - ${hint}` } : refusal,
  );
  return { ...report, refusals };
}

function isMissingPath({ code }: Refusal): boolean {
  return code === 'PATH_NOT_FOUND';
}

/** What the fields leave out that has to be said. Mirrors argoproj/argo-cd:util/argo/argo.go validateSourceHydrator (3.6). */
export function hydratorRefusals({ drySource, syncSource, hydrateTo }: SourceHydrator): readonly Refusal[] {
  const at = 'spec.sourceHydrator';
  const found: Refusal[] = [];
  const miss = (sentence: string, field: string): void => {
    found.push({ code: 'INVALID_SPEC', sentence, remedy: `Set ${at}.${field}.` });
  };
  if (!drySource?.repoURL) miss(`${at}.drySource.repoURL is required`, 'drySource.repoURL');
  if (!syncSource?.targetBranch) miss(`${at}.syncSource.targetBranch is required`, 'syncSource.targetBranch');
  if (hydrateTo && !hydrateTo.targetBranch) {
    miss(`when ${at}.hydrateTo is set, ${at}.hydrateTo.targetBranch is required`, 'hydrateTo.targetBranch');
  }
  return found;
}
