// What argocd-cmd-params-cm says about ApplicationSets. Names and defaults are those of
// argoproj/argo-cd:cmd/argocd-applicationset-controller/commands (3.6), except where a comment says why not.

import { matchesGlob } from '@evenkeel/lang';
import { parseDurationMs } from '@evenkeel/std';
import type { ApplicationsSync } from './application-set.ts';
import type { ForgePolicy } from './generators/world.ts';

export interface SetSettings {
  readonly policy: ApplicationsSync;
  /** Whether a set may choose its own policy. */
  readonly policyOverride: boolean;
  readonly progressiveSyncs: boolean;
  readonly preservedAnnotations: readonly string[];
  readonly preservedLabels: readonly string[];
  readonly newFileGlobbing: boolean;
  /** `reposerver.include.hidden.directories` */
  readonly hiddenDirectories: boolean;
  /** How often those are asked who do not tell, where a generator does not say. */
  readonly requeueMs: number;
  readonly forges: ForgePolicy;
  /** Namespaces besides Argo CD's own: globs, or /regular expressions/. */
  readonly namespaces: readonly string[];
  readonly resourcesMax: number;
}

const policies: ReadonlySet<string> = new Set(['create-only', 'create-update', 'create-delete', 'sync']);

/** Reads the parameters. What makes no sense counts as not said. */
export function readSetSettings(params: Readonly<Record<string, string>>): SetSettings {
  const said = (name: string): string => params[`applicationsetcontroller.${name}`] ?? '';
  const flag = (name: string, unless: boolean): boolean => (said(name) === '' ? unless : said(name) === 'true');
  const list = (name: string): readonly string[] =>
    said(name)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const policy = said('policy');
  const resourcesMax = Number(said('status.max.resources.count'));
  return {
    policy: policies.has(policy) ? (policy as ApplicationsSync) : 'sync',
    policyOverride: flag('enable.policy.override', policy === ''),
    // Off by default upstream; here a set that asks for a rolling sync gets one unless the operator says no.
    progressiveSyncs: flag('enable.progressive.syncs', true),
    preservedAnnotations: list('global.preserved.annotations'),
    preservedLabels: list('global.preserved.labels'),
    newFileGlobbing: flag('enable.new.git.file.globbing', false),
    hiddenDirectories: params['reposerver.include.hidden.directories'] === 'true',
    requeueMs: requeueMs(said('requeue.after')),
    forges: {
      enabled: flag('enable.scm.providers', true),
      allowed: list('allowed.scm.providers'),
      strictTokens: flag('enable.tokenref.strict.mode', false),
    },
    namespaces: list('namespaces'),
    resourcesMax: resourcesMax > 0 ? resourcesMax : 5000,
  };
}

const REQUEUE_MS = 3 * 60_000;

/** Between a second and a year; what is no such duration counts as not said. */
function requeueMs(text: string): number {
  const ms = parseDurationMs(text);
  return ms === undefined || ms < 1000 || ms > 8760 * 3_600_000 ? REQUEUE_MS : ms;
}

/** The policy that holds for a set. */
export function policyOf(settings: SetSettings, own: ApplicationsSync | undefined): ApplicationsSync {
  return settings.policyOverride && own !== undefined ? own : settings.policy;
}

/** Whether existing Applications may be changed. */
export function mayUpdate(policy: ApplicationsSync): boolean {
  return policy === 'create-update' || policy === 'sync';
}

/** Whether Applications may be deleted. */
export function mayDelete(policy: ApplicationsSync): boolean {
  return policy === 'create-delete' || policy === 'sync';
}

/** Whether sets of a namespace are looked at. */
export function namespaceAllowed(settings: SetSettings, namespace: string, own: string): boolean {
  return namespace === own || settings.namespaces.some((pattern) => matchesPattern(pattern, namespace));
}

function matchesPattern(pattern: string, text: string): boolean {
  if (pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/')) {
    try {
      return new RegExp(pattern.slice(1, -1), 'u').test(text);
    } catch {
      return false;
    }
  }
  return matchesGlob(pattern, text);
}
