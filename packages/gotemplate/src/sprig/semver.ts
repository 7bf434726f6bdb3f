import type { GoFunction } from '../exec/function.ts';

export const semverFunctions: readonly (readonly [string, GoFunction])[] = [];
