// Checks of single values that many objects share: one of a list, not negative, a port.

import type { Bag } from '../store/draft.ts';
import type { Causes } from './causes.ts';

/** Refuses a value outside the list; an absent one is not refused here. */
export function checkOneOf(causes: Causes, value: unknown, field: string, supported: readonly string[]): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || !supported.includes(value)) causes.notSupported(field, value, supported);
}

/** Refuses negative numbers. */
export function checkNonNegative(causes: Causes, bag: Bag | undefined, key: string, at = 'spec'): void {
  const value = bag?.[key];
  if (typeof value === 'number' && value < 0)
    causes.invalid(`${at}.${key}`, value, 'must be greater than or equal to 0');
}

export const outOfPorts = 'must be between 1 and 65535, inclusive';

/** True for a port number. */
export function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

/** Refuses what is neither a port's number nor its name. */
export function checkPortNumberOrName(
  causes: Causes,
  value: unknown,
  field: string,
  nameProblems: (name: string) => readonly string[],
): void {
  if (typeof value === 'string') {
    for (const problem of nameProblems(value)) causes.invalid(field, value, problem);
  } else if (!isPort(value)) causes.invalid(field, value ?? 0, outOfPorts);
}

/** Refuses users and groups that no kernel has. */
export function checkUserId(causes: Causes, value: unknown, field: string): void {
  if (typeof value === 'number' && (value < 0 || value > 2_147_483_647))
    causes.invalid(field, value, 'must be between 0 and 2147483647, inclusive');
}

/** Refuses what is neither a number of things nor a percentage of them. */
export function checkShare(causes: Causes, value: unknown, field: string): void {
  if (typeof value === 'number' && value < 0) causes.invalid(field, value, 'must be greater than or equal to 0');
  if (typeof value === 'string' && !/^\d+%$/.test(value)) {
    const message =
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    causes.invalid(field, value, message);
  }
}
