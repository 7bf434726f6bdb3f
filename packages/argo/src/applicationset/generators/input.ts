// What every generator is given, and how failures tell where they came from.

import type { JsonObject } from '@evenkeel/resource';
import {
  type ApplicationSet,
  type ApplicationTemplate,
  type GeneratorSpec,
  GenerationError,
} from '../application-set.ts';
import type { Params } from '../template/params.ts';
import type { GeneratorWorld } from './world.ts';

/** Parameters, and the template they go into. */
export interface Generated {
  readonly params: readonly Params[];
  readonly template: ApplicationTemplate;
}

/** What every generator gets besides its own spec. */
export interface GeneratorInput {
  readonly set: ApplicationSet;
  readonly world: GeneratorWorld;
  /** How deep inside matrix and merge generators this one stands: 0 at the top, 2 at most. */
  readonly depth: number;
  /** Runs what an entry names, for generators made of generators. */
  readonly transform: Transform;
}

/** Runs one entry of spec.generators; `outer` are parameters of an earlier generator to be put in first. */
export type Transform = (
  generator: GeneratorSpec,
  base: ApplicationTemplate,
  input: GeneratorInput & { readonly outer?: Params | undefined },
) => Promise<readonly Generated[]>;

/** A generator. */
export type Generate = (spec: JsonObject, input: GeneratorInput) => Promise<readonly Params[]>;

/** Adds to what an error says; other errors pass as they are. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GenerationError) error.message = `${what}: ${error.message}`;
    throw error;
  }
}
