// From a set to all its Applications, or why not. Mirrors GenerateApplications and validateGeneratedApplications
// (argoproj/argo-cd:applicationset/controllers, 3.6).

import type { KubeObject } from '@evenkeel/resource';
import { type ApplicationSet, type SetFailureReason, GenerationError, messageOf } from './application-set.ts';
import { kindsOf, transform } from './generators/generate.ts';
import type { Generated } from './generators/input.ts';
import type { GeneratorWorld } from './generators/world.ts';
import { strategyProblem } from './progressive/steps.ts';
import { renderApplication } from './template/application.ts';

/** All Applications, or the first failure: where one generator or template fails, nothing of the set is written or deleted. */
export type Generation =
  | { readonly kind: 'generated'; readonly applications: readonly KubeObject[] }
  | { readonly kind: 'failed'; readonly reason: SetFailureReason; readonly message: string };

/** Generates. Reads the world, changes nothing. */
export async function generateApplications(set: ApplicationSet, world: GeneratorWorld): Promise<Generation> {
  if (set.problems) {
    const problems = set.problems.slice(0, 5).join(', ');
    return failed('ApplicationValidationError', `ApplicationSet ${set.name} is invalid: ${problems}`);
  }
  const misled = strategyProblem(set);
  if (misled !== undefined) return failed('ApplicationSetRolloutError', misled);
  const applications: KubeObject[] = [];
  for (const [index, generator] of set.spec.generators.entries()) {
    if (kindsOf(generator).length === 0) {
      return failed(
        'ApplicationGenerationFromParamsError',
        `ApplicationSet ${set.name} contains unrecognized generators: entry ${index} of spec.generators names none that is known`,
      );
    }
    let results: readonly Generated[];
    try {
      results = await transform(generator, set.spec.template, { set, world, depth: 0, transform });
    } catch (error) {
      world.signal.throwIfAborted();
      return failed('ApplicationGenerationFromParamsError', messageOf(error));
    }
    for (const { params, template } of results) {
      for (const one of params) {
        try {
          applications.push(renderApplication(set, template, one));
        } catch (error) {
          if (!(error instanceof GenerationError)) throw error;
          return failed('RenderTemplateParamsError', error.message);
        }
      }
    }
  }
  return { kind: 'generated', applications };
}

function failed(reason: SetFailureReason, message: string): Generation {
  return { kind: 'failed', reason, message };
}

/** What validation asks: does the project exist, does the destination. */
export interface ValidationWorld {
  hasProject(name: string): boolean;
  readonly clusters: readonly { readonly name: string; readonly server: string }[];
}

/** What is wrong with single Applications, by their index; the others are unharmed. */
export function validateApplications(
  set: ApplicationSet,
  applications: readonly KubeObject[],
  world: ValidationWorld,
): ReadonlyMap<number, string> {
  const problems = new Map<number, string>();
  const names = new Set<string>();
  for (const [index, application] of applications.entries()) {
    const name = application.metadata.name ?? '';
    const problem = nameProblem(set, name, names) ?? specProblem(application, world);
    names.add(name);
    if (problem !== undefined) problems.set(index, problem);
  }
  return problems;
}

function nameProblem(set: ApplicationSet, name: string, known: ReadonlySet<string>): string | undefined {
  if (name === '') {
    return `ApplicationSet ${set.name} contains an application with no name; a name must be set in the template's metadata.name or via a templatePatch (generateName is not supported)`;
  }
  return known.has(name) ? `ApplicationSet ${set.name} contains applications with duplicate name: ${name}` : undefined;
}

function specProblem(application: KubeObject, world: ValidationWorld): string | undefined {
  const spec = application['spec'] as unknown as {
    readonly project?: string;
    readonly destination?: { readonly server?: string; readonly name?: string };
  };
  const project = spec.project ?? 'default';
  if (!world.hasProject(project)) return `application references project ${project} which does not exist`;
  const problem = destinationProblem(spec.destination ?? {}, world);
  return problem === undefined ? undefined : `application destination spec is invalid: ${problem}`;
}

/** Why a destination names no cluster. Mirrors GetDestinationCluster (argoproj/argo-cd:util/argo/argo.go, 3.6). */
export function destinationProblem(
  { server = '', name = '' }: { readonly server?: string; readonly name?: string },
  { clusters }: Pick<ValidationWorld, 'clusters'>,
): string | undefined {
  if (server !== '' && name !== '') {
    return `application destination can't have both name and server defined: ${name} ${server}`;
  }
  if (server === '' && name === '') return 'destination server missing from app spec';
  const bare = (url: string): string => url.replace(/\/+$/, '');
  const fits = clusters.filter((cluster) =>
    server === '' ? cluster.name === name : bare(cluster.server) === bare(server),
  );
  if (fits.length === 0) {
    return server === ''
      ? `there are no clusters with this name: ${name}`
      : `error getting cluster by server "${server}": cluster "${server}" not found`;
  }
  return server === '' && fits.length > 1
    ? `there are ${fits.length} clusters with the same name: [${fits.map((cluster) => cluster.server).join(' ')}]`
    : undefined;
}
