import type { GoFunction } from '../exec/function.ts';

export const cryptoFunctions: readonly (readonly [string, GoFunction])[] = [];
