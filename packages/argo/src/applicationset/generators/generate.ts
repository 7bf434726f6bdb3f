// Runs the generators of a set: parameters, filter, template. Mirrors Transform
// (argoproj/argo-cd:applicationset/generators/generator_spec_processor.go, 3.6).

import {
  type ApplicationTemplate,
  type GeneratorKind,
  type GeneratorSpec,
  GenerationError,
  generatorKinds,
} from '../application-set.ts';
import { mergeTemplate } from '../template/merge-template.ts';
import { type Params, flattenParams } from '../template/params.ts';
import { renderGenerator } from '../template/render.ts';
import { childrenOf, combiningKinds } from './children.ts';
import { generateClusters } from './clusters.ts';
import { generateDecisions } from './decision.ts';
import { generateGit, generateOci } from './git.ts';
import { type Generate, type Generated, type GeneratorInput } from './input.ts';
import { generateList } from './list.ts';
import { generateMatrix } from './matrix.ts';
import { generateMerge } from './merge.ts';
import { generatePlugin } from './plugin.ts';
import { generatePullRequests } from './pull-request.ts';
import { generateRepositories } from './scm-provider.ts';
import { compileSelector } from './selector.ts';

const generators: Readonly<Record<GeneratorKind, Generate>> = {
  list: generateList,
  clusters: generateClusters,
  git: generateGit,
  scmProvider: generateRepositories,
  clusterDecisionResource: generateDecisions,
  pullRequest: generatePullRequests,
  matrix: generateMatrix,
  merge: generateMerge,
  plugin: generatePlugin,
  oci: generateOci,
};

/** The generators an entry names. */
export function kindsOf(generator: GeneratorSpec): readonly GeneratorKind[] {
  return generatorKinds.filter((kind) => generator[kind] !== undefined && generator[kind] !== null);
}

/**
 * Runs what one entry of spec.generators names. `outer` are parameters of an earlier generator to be put in first.
 * @throws GenerationError of the first generator that fails.
 */
export async function transform(
  generator: GeneratorSpec,
  base: ApplicationTemplate,
  input: GeneratorInput & { readonly outer?: Params | undefined },
): Promise<readonly Generated[]> {
  const { selector } = generator;
  const matches = selector ? compileFilter(selector) : undefined;
  const rendered = input.outer ? putIn(generator, input.outer, input) : generator;
  const results: Generated[] = [];
  for (const kind of kindsOf(generator)) {
    const own = generator[kind] ?? {};
    const params = await generators[kind](rendered[kind] ?? {}, input);
    results.push({
      template: mergeTemplate(own['template'], base),
      params: matches ? params.filter((one) => matches(flattenParams(one))) : params,
    });
  }
  return results;
}

function putIn(generator: GeneratorSpec, outer: Params, { set }: GeneratorInput): GeneratorSpec {
  try {
    return renderGenerator(generator, outer, set.spec);
  } catch (error) {
    if (error instanceof GenerationError) error.message = `failed to replace parameters in generator: ${error.message}`;
    throw error;
  }
}

function compileFilter(selector: NonNullable<GeneratorSpec['selector']>): ReturnType<typeof compileSelector> {
  try {
    return compileSelector(selector);
  } catch (error) {
    if (error instanceof GenerationError) error.message = `error parsing label selector: ${error.message}`;
    throw error;
  }
}

const minuteMs = 60_000;
/** Generators that ask others again and again, and how often unless they say; undefined for as often as the operator says. */
const defaultAgainMs: ReadonlyMap<GeneratorKind, number | undefined> = new Map([
  ['git', undefined],
  ['oci', undefined],
  ['clusterDecisionResource', undefined],
  ['plugin', 30 * minuteMs],
  ['scmProvider', 30 * minuteMs],
  ['pullRequest', 30 * minuteMs],
]);

/** When a set must be looked at again because a generator asks somebody who does not tell; undefined for never. */
export function againAfterMs(list: readonly GeneratorSpec[], requeueMs: number = 3 * minuteMs): number | undefined {
  let least: number | undefined;
  for (const generator of list) {
    for (const kind of kindsOf(generator)) {
      const spec = generator[kind] ?? {};
      const seconds = spec['requeueAfterSeconds'];
      const own = combiningKinds.has(kind)
        ? againAfterMs(childrenOf(spec), requeueMs)
        : ownAgainMs(kind, seconds, requeueMs);
      if (own !== undefined && own > 0 && (least === undefined || own < least)) least = own;
    }
  }
  return least;
}

function ownAgainMs(kind: GeneratorKind, seconds: unknown, requeueMs: number): number | undefined {
  if (!defaultAgainMs.has(kind)) return undefined;
  return typeof seconds === 'number' ? seconds * 1000 : (defaultAgainMs.get(kind) ?? requeueMs);
}
