// The matrix generator: every set of the first with every set of the second, which may name what the first gave.
// Mirrors argoproj/argo-cd:applicationset/generators/matrix.go (3.6).

import type { JsonObject } from '@evenkeel/resource';
import { GenerationError } from '../application-set.ts';
import { type Params, combineFlat, overrideParams } from '../template/params.ts';
import { childParams, childrenOf } from './children.ts';
import { type GeneratorInput, explained } from './input.ts';

export async function generateMatrix(spec: JsonObject, input: GeneratorInput): Promise<readonly Params[]> {
  const [first, second, ...more] = childrenOf(spec);
  if (!first || !second) throw new GenerationError('found less than two generators, Matrix support only two');
  if (more.length > 0) throw new GenerationError('found more than two generators, Matrix support only two');
  const outers = await explained('error failed to get params for first generator in matrix generator', () =>
    childParams(first, input, undefined),
  );
  const inner = (outer: Params): Promise<readonly Params[]> =>
    explained('failed to get params for second generator in the matrix generator', () =>
      childParams(second, input, outer),
    );
  // A second generator that names nothing gives the same for every set of the first.
  const [sample] = outers;
  const shared = sample && !JSON.stringify(second).includes('{{') ? await inner(sample) : undefined;
  const result: Params[] = [];
  for (const outer of outers) {
    for (const params of shared ?? (await inner(outer))) result.push(join(outer, params, input));
  }
  return result;
}

function join(outer: Params, inner: Params, { set }: GeneratorInput): Params {
  if (!set.spec.goTemplate) {
    try {
      return combineFlat(outer, inner);
    } catch (error) {
      if (error instanceof GenerationError) {
        error.message = `failed to combine string maps with merging params for the matrix generator: ${error.message}`;
      }
      throw error;
    }
  }
  const joined: Params = new Map();
  overrideParams(joined, inner);
  overrideParams(joined, outer);
  return joined;
}
