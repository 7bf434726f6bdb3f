// Generators inside matrix and merge generators.

import type { JsonObject } from '@evenkeel/resource';
import { type GeneratorKind, type GeneratorSpec, GenerationError } from '../application-set.ts';
import type { Params } from '../template/params.ts';
import { type GeneratorInput, explained } from './input.ts';

/** The generators that are made of others. */
export const combiningKinds: ReadonlySet<GeneratorKind> = new Set<GeneratorKind>(['matrix', 'merge']);

/** One child of a matrix or merge generator. */
export async function childParams(
  child: GeneratorSpec,
  input: GeneratorInput,
  outer: Params | undefined,
): Promise<readonly Params[]> {
  const depth = input.depth + 1;
  // A definition cannot be recursive, so upstream reads two levels and ignores what is named below.
  const known =
    depth < 2
      ? child
      : (Object.fromEntries(
          Object.entries(child).filter(([kind]) => !combiningKinds.has(kind as GeneratorKind)),
        ) as GeneratorSpec);
  const results = await explained('child generator returned an error on parameter generation', () =>
    input.transform(known, {}, { ...input, depth, outer }),
  );
  const [first, ...more] = results;
  if (!first) throw new GenerationError('child generator generated no parameters');
  if (more.length > 0) throw new GenerationError('found more than one generator in matrix.Generators');
  return first.params;
}

/** The children of a matrix or merge generator. */
export function childrenOf(spec: JsonObject): readonly GeneratorSpec[] {
  const { generators: children } = spec;
  return Array.isArray(children) ? (children as unknown as readonly GeneratorSpec[]) : [];
}
