import type { GoFunction } from '../exec/function.ts';

export const urlFunctions: readonly (readonly [string, GoFunction])[] = [];
