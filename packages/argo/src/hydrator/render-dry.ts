// What the dry source of an Application comes to: its manifests as they stand in the hydrated branch, without our marks.
// Mirrors argoproj/argo-cd:controller/hydrator_dependencies.go GetRepoObjs and util/argo/resource_tracking.go (3.6).

import { type DeliverySource, type DryRenderer, rendererFor } from '@evenkeel/delivery';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { RepositoryAccess } from '@evenkeel/source';
import { ContentNotLoaded } from '@evenkeel/std';
import { deliveryKey } from '../tracking.ts';
import type { ArgoSettings } from '../settings/settings.ts';
import { sourceRefusals, translateSources } from '../sources/translate-sources.ts';
import { renderCommands } from './commands.ts';
import type { HydratedPath } from './layout.ts';
import { type Hydratable, drySourceOf, targetOf } from './spec.ts';

/** The dry source in the neutral model. */
export function dryDeliverySource(
  application: Hydratable,
  settings: ArgoSettings,
  access: RepositoryAccess | undefined,
): DeliverySource {
  const [source] = translateSources(application, settings, [drySourceOf(application.hydrator)]);
  if (!source) throw new Error('a dry source is one source');
  return { ...source, access };
}

/** Renders dry sources; what was rendered before and reads the same is not rendered again. */
export class DrySources {
  readonly #dry: DryRenderer;
  /** The commands of renderings that are still known. */
  readonly #commands = new WeakMap<object, readonly string[]>();

  constructor(dry: DryRenderer) {
    this.#dry = dry;
  }

  /** Rejects with one sentence where there are no manifests. */
  async render(
    application: Hydratable,
    settings: ArgoSettings,
    at: { readonly source: DeliverySource; readonly commit: string; readonly signal: AbortSignal },
  ): Promise<HydratedPath> {
    const drySource = drySourceOf(application.hydrator);
    const [refusal] = sourceRefusals({ spec: { source: drySource } }, settings);
    if (refusal) throw new Error(refusal.sentence.replace('spec.source', 'spec.sourceHydrator.drySource'));
    const { namespace, name } = application;
    const { commit, signal } = at;
    const asked = withCommands(at.source, buildOptionsOf(settings, application));
    const rendering = await this.#dry.render(asked.source, { key: deliveryKey(namespace, name), commit, signal });
    const [problem] = rendering.problems;
    if (problem !== undefined) throw new Error(problem);
    const { renderer, identity } = rendering;
    const commands = asked.commands() ?? this.#commands.get(identity) ?? [];
    this.#commands.set(identity, commands);
    return {
      path: targetOf(application.hydrator).path,
      manifests: rendering.objects.map((object) => withoutMarks(object, settings) as unknown as Json),
      commands: renderer === 'helm' || renderer === 'kustomize' ? commands : [],
    };
  }
}

function buildOptionsOf({ kustomize }: ArgoSettings, { hydrator }: Hydratable): string {
  const version = hydrator.drySource.kustomize?.['version'];
  const own = typeof version === 'string' ? kustomize.buildOptionsByVersion.get(version) : undefined;
  return own ?? kustomize.buildOptions;
}

/** Takes down, when a source is rendered, what a person would type for the same. */
function withCommands(
  source: DeliverySource,
  buildOptions: string,
): { readonly source: DeliverySource; readonly commands: () => readonly string[] | undefined } {
  let commands: readonly string[] | undefined;
  const { adapt, path: directory } = source;
  if (!adapt) return { source, commands: () => commands };
  const listening: typeof adapt = {
    key: adapt.key,
    adapt(input) {
      const request = adapt.adapt(input);
      if ('sentence' in request) return request;
      const { files } = input;
      try {
        const renderer = rendererFor(files, directory, request);
        commands = renderCommands({ renderer, files, directory, request, buildOptions });
      } catch (error) {
        // What cannot be resolved is refused by the rendering itself, which says why.
        if (error instanceof ContentNotLoaded) throw error;
        commands = [];
      }
      return request;
    },
  };
  return { source: { ...source, adapt: listening }, commands: () => commands };
}

const marks: Readonly<Record<'annotations' | 'labels', readonly string[]>> = {
  annotations: ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/installation-id'],
  labels: ['app.kubernetes.io/instance'],
};

/** Upstream marks each object and takes the mark away again, and with it whatever the source has said in its place. */
export function withoutMarks(object: KubeObject, { tracking }: Pick<ArgoSettings, 'tracking'>): KubeObject {
  if (object.kind === 'CustomResourceDefinition' && object.apiVersion.startsWith('apiextensions.k8s.io/'))
    return object;
  const fields = [
    ...(tracking.method === 'label' ? [] : (['annotations'] as const)),
    ...(tracking.method === 'annotation' ? [] : (['labels'] as const)),
  ];
  let metadata = (object.metadata ?? {}) as unknown as JsonObject;
  for (const field of fields) {
    const said = metadata[field];
    if (said === undefined || Array.isArray(said) || (said !== null && typeof said !== 'object')) continue;
    const kept = Object.entries((said ?? {}) as JsonObject).filter(([key]) => !marks[field].includes(key));
    const { [field]: _taken, ...others } = metadata;
    metadata = kept.length === 0 ? others : { ...others, [field]: Object.fromEntries(kept) };
  }
  return { ...object, metadata: metadata as unknown as KubeObject['metadata'] };
}
