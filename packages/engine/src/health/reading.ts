// Reads fields of objects by dotted paths, as health checks and actions need them: null and missing are the same, and
// nothing on the way has to be there.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health, HealthStatus } from './health.ts';

const paths = new Map<string, readonly string[]>();

function keysOf(path: string): readonly string[] {
  let keys = paths.get(path);
  if (!keys) paths.set(path, (keys = path.split('.')));
  return keys;
}

/** The value at a dotted path; undefined where it, or anything on the way, is missing or null. */
export function at(object: KubeObject | JsonObject | undefined, path: string): Json | undefined {
  let value: unknown = object;
  for (const key of keysOf(path)) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return (value as Json | undefined) ?? undefined;
}

/** The text at a path; '' where there is none. Numbers are printed. */
export function text(object: KubeObject | JsonObject | undefined, path: string): string {
  return show(at(object, path));
}

/** A scalar as a sentence holds it; '' for what is missing. */
export function show(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The number at a path, or `otherwise`. */
export function amount(object: KubeObject | JsonObject, path: string, otherwise = 0): number {
  const value = at(object, path);
  return typeof value === 'number' ? value : otherwise;
}

/** A number, or the one that a text says (`observedGeneration` of Rollouts, where old ones wrote a hash); else undefined. */
export function numberSaid(value: Json | undefined): number | undefined {
  const isSaid = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const number = isSaid ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

/** The objects listed at a path; empty where there is no list. */
export function items(object: KubeObject | JsonObject | undefined, path: string): readonly JsonObject[] {
  const value = at(object, path);
  return Array.isArray(value) ? value.filter(isMap) : [];
}

/** How many entries the list at a path has, whatever they are; 0 where there is no list. */
export function size(object: KubeObject | JsonObject | undefined, path: string): number {
  const value = at(object, path);
  return Array.isArray(value) ? value.length : 0;
}

/** The values of a map, or of a list, at a path. */
export function entries(object: KubeObject | JsonObject, path: string): readonly JsonObject[] {
  const value = at(object, path);
  if (Array.isArray(value)) return value.filter(isMap);
  return isMap(value) ? Object.values(value).filter(isMap) : [];
}

/** True for a map of fields. */
export function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A health with its sentence, if it has one. */
export function say(status: HealthStatus, message?: string): Health {
  return message === undefined || message === '' ? { status } : { status, message };
}

export const healthy = (message?: string): Health => say('healthy', message);
export const degraded = (message?: string): Health => say('degraded', message);
export const progressing = (message?: string): Health => say('progressing', message);
export const suspended = (message?: string): Health => say('suspended', message);
export const unknown = (message?: string): Health => say('unknown', message);

/** What Argo CD says of a check that answers with a word it does not know. */
export const invalid: Health = { status: 'unknown', message: 'Lua returned an invalid health status' };
