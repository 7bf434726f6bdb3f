import { type Managers } from './managed-fields.ts';
import type { ApplyError } from './types.ts';
import type { OwnedPath } from './updater.ts';
/** The error of an apply that would take fields from their owners. */
export declare function conflictError(owned: readonly OwnedPath[], managers: Managers): ApplyError;
