// The health of one object, from its own fields alone.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';

/** How an object fares. `missing` and `unknown` are answers about the world, never computed from an object. */
export type HealthStatus = 'healthy' | 'suspended' | 'progressing' | 'missing' | 'degraded' | 'unknown';

/** A status with one sentence that names what is waited for or wrong. */
export interface Health {
  readonly status: HealthStatus;
  readonly message?: string;
  /** What a check says instead of its message while the object is being deleted; see `health`. */
  readonly deletionMessage?: string;
  /** Why a user's check could not tell; the status is unknown then. */
  readonly failure?: string;
}

/** Decides the health of one kind; undefined where the kind has none. */
export type HealthCheck = (object: KubeObject) => Health | undefined;

/** Asked before the bundled checks: an answer, `none` for an object whose health does not count, or no opinion. */
export type CustomHealthCheck = (object: KubeObject) => Health | 'none' | undefined;

const severity: Readonly<Record<HealthStatus, number>> = {
  healthy: 0,
  suspended: 1,
  progressing: 2,
  missing: 3,
  degraded: 4,
  unknown: 5,
};

/**
 * The worse of two statuses, in the order Healthy < Suspended < Progressing < Missing < Degraded < Unknown.
 * Mirrors argoproj/argo-cd:gitops-engine/pkg/health/health.go (3.6) healthOrder.
 */
export function worseHealth(left: HealthStatus, right: HealthStatus): HealthStatus {
  return severity[left] >= severity[right] ? left : right;
}

/** Reads `path` from an object as JSON; undefined where anything on the way is missing. */
export function fieldAt(object: KubeObject | JsonObject, ...path: readonly (string | number)[]): Json | undefined {
  let at: unknown = object;
  for (const key of path) {
    if (at === null || typeof at !== 'object') return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return at as Json | undefined;
}

/** The string at `path`, or ''. */
export function textAt(object: KubeObject | JsonObject, ...path: readonly (string | number)[]): string {
  const value = fieldAt(object, ...path);
  return typeof value === 'string' ? value : '';
}

/** One entry of status.conditions as most kinds write it. */
export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The entries of status.conditions; empty where there are none. */
export function conditionsOf(object: KubeObject): readonly StatusCondition[] {
  const list = fieldAt(object, 'status', 'conditions');
  if (!Array.isArray(list)) return [];
  return list.map((entry: JsonObject) => ({
    type: textAt(entry, 'type'),
    status: textAt(entry, 'status'),
    reason: textAt(entry, 'reason'),
    message: textAt(entry, 'message'),
  }));
}
