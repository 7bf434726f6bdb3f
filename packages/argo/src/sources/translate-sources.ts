// The sources of an Application in the neutral model, and what is wrong with them as far as the spec alone tells.
// Mirrors argoproj/argo-cd:util/argo/argo.go and reposerver/repository/repository.go (3.6).

import { createHash } from 'node:crypto';
import {
  type AdaptInput,
  type DeliverySource,
  type PluginDefinition,
  type RenderRequest,
  emptyHelmSettings,
} from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import { type Application, type ApplicationSource, sourcesOf } from '../application.ts';
import { type ArgoSettings, defaultSettings } from '../settings/settings.ts';
import { instanceName } from '../tracking.ts';
import { buildEnvironment } from './environment.ts';
import { withOverrides } from './overrides.ts';
import { type SourceScene, renderRequest } from './render-request.ts';
import { explicitTypes, fieldsOf } from './source-types.ts';

const generatePathsAnnotation = 'argocd.argoproj.io/manifest-generate-paths';

/** What sources are translated with. */
export type SourceSettings = Pick<ArgoSettings, 'kustomize' | 'helm' | 'renderers'> & {
  readonly plugins?: readonly PluginDefinition[];
};

/** The sources of an Application, or others in their place. Called after `sourceRefusals` found nothing to refuse. */
export function translateSources(
  application: Application,
  settings: SourceSettings = defaultSettings,
  sources: readonly ApplicationSource[] = sourcesOf(application.spec),
): readonly DeliverySource[] {
  const many = sources.length > 1 || (application.spec.sources ?? []).length > 0;
  const references = many ? sources.flatMap(({ ref }) => (ref ? [ref] : [])) : undefined;
  return sources.map((source, index) => {
    const at = many ? `spec.sources[${index}]` : 'spec.source';
    return translateSource(source, { application, settings, references, at });
  });
}

interface Place {
  readonly application: Application;
  readonly settings: SourceSettings;
  readonly references: readonly string[] | undefined;
  readonly at: string;
}

function translateSource(source: ApplicationSource, place: Place): DeliverySource {
  const { application, references } = place;
  const { path = '', ref = '', repoURL = '', tagPrefix = '', targetRevision = '' } = source;
  const kind = kindOf(source);
  const base: Omit<DeliverySource, 'render'> = {
    url: repoURL,
    revision: targetRevision === '' ? 'HEAD' : targetRevision,
    path: kind === 'chart' ? '' : normalisePath(path),
    ...(kind === 'git' ? {} : { kind }),
    ...(kind === 'chart' ? { chart: chartName(source) } : {}),
    ...(tagPrefix === '' ? {} : { tagPrefix }),
    ...(ref === '' || references === undefined ? {} : { reference: ref }),
    ...(source.helm?.['passCredentials'] === true ? { passCredentials: true } : {}),
  };
  if (references !== undefined && path === '' && kind === 'git') {
    return { ...base, render: emptyRequest, rendersNothing: true };
  }
  const adapt = adapterOf(source, sceneOf(base.path, place), application);
  const request = adapt({ files: noFiles, revision: '', kubeVersion: '', apiVersions: [], dependsOn: () => undefined });
  return {
    ...base,
    // What holds where nobody can look into the files; a refusal is told when the source is rendered.
    render: 'sentence' in request ? emptyRequest : request,
    adapt: { key: adapterKey(source, place, base.path), adapt },
  };
}

/** `oci://` is an artifact of manifests or a chart by itself; with a chart's name it is what charts lie below. */
function kindOf({ chart, repoURL = '' }: ApplicationSource): 'git' | 'chart' | 'artifact' {
  if (chart) return 'chart';
  return repoURL.startsWith('oci://') ? 'artifact' : 'git';
}

/** An `oci://` URL may name the chart itself, in which case its name is not added to it. */
function chartName({ chart = '', repoURL = '' }: ApplicationSource): string {
  return repoURL.startsWith('oci://') && repoURL.endsWith(`/${chart}`) ? '' : chart;
}

function sceneOf(directory: string, { application, settings, references, at }: Place): SourceScene {
  return {
    at,
    releaseName: application.name,
    namespace: application.spec.destination?.namespace ?? '',
    settings,
    plugins: settings.plugins ?? [],
    generatePaths: application.object.metadata.annotations?.[generatePathsAnnotation] ?? '',
    directory,
    references,
  };
}

/** Everything the adapter knows besides its input: two with equal keys do the same. */
function adapterKey(source: ApplicationSource, place: Place, directory: string): string {
  const { settings, ...scene } = sceneOf(directory, place);
  const { kustomize, helm, renderers } = settings;
  const { spec } = place.application;
  const known = JSON.stringify([
    source,
    scene,
    [kustomize.buildOptions, [...kustomize.buildOptionsByVersion], [...kustomize.versions.keys()]],
    helm,
    renderers,
    [spec.project, instanceName(place.application.namespace, place.application.name)],
  ]);
  return createHash('sha256').update(known).digest('base64');
}

function adapterOf(
  source: ApplicationSource,
  scene: SourceScene,
  { spec, name, namespace }: Application,
): (input: AdaptInput) => RenderRequest | Refusal {
  const instance = instanceName(namespace, name);
  return (input) => {
    const effective = withOverrides(source, input.files, { directory: scene.directory, instance });
    if ('sentence' in effective) return effective as Refusal;
    const variables = buildEnvironment({
      instance,
      namespace: scene.namespace,
      project: spec.project || 'default',
      revision: input.revision,
      repoURL: source.repoURL ?? '',
      path: source.path ?? '',
      targetRevision: source.targetRevision ?? '',
    });
    return renderRequest(effective as ApplicationSource, scene, variables, input);
  };
}

const noFiles: AdaptInput['files'] = {
  stat: () => undefined,
  read: () => undefined,
  list: () => undefined,
  readlink: () => undefined,
};

const emptyRequest: RenderRequest = {
  renderer: 'detect',
  kustomize: { overlay: {}, generate: false },
  helm: emptyHelmSettings,
  directory: { recurse: false, include: '', exclude: '' },
};

function normalisePath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** What the spec says that cannot be done, each with its field. */
export function sourceRefusals(
  { spec }: Pick<Application, 'spec'>,
  settings: SourceSettings = defaultSettings,
): Refusal[] {
  const many = (spec.sources ?? []).length > 0;
  const found: Refusal[] = [];
  const names = new Set<string>();
  const sources = sourcesOf(spec);
  if (sources.length === 0) found.push(...withoutPlace({}, 'spec.source'));
  for (const [index, source] of sources.entries()) {
    const at = many ? `spec.sources[${index}]` : 'spec.source';
    found.push(...withoutPlace(source, at));
    found.push(...refusalsOf(source, at, settings));
    const { ref = '' } = source;
    if (ref === '') continue;
    if (!/^[a-zA-Z0-9_-]+$/.test(ref)) {
      found.push(
        invalid(`${at}.ref: "${ref}" contains other characters than letters, digits, "_" and "-"`, 'Rename it.'),
      );
    }
    if (names.has(ref)) found.push(invalid(`${at}.ref: another source is called "${ref}" too`, 'Rename one of them.'));
    names.add(ref);
  }
  return found;
}

/** A source has to say where its content is; all of a repository is ".". */
function withoutPlace(
  { repoURL = '', path = '', chart = '', ref = '' }: ApplicationSource,
  at: string,
): readonly Refusal[] {
  const many = at !== 'spec.source';
  if (repoURL !== '' && (path !== '' || chart !== '' || (many && ref !== ''))) return [];
  const sentence = many
    ? `spec.source.repoURL and either source.path, source.chart, or source.ref are required for source ${at}`
    : 'spec.source.repoURL and either spec.source.path or spec.source.chart are required';
  return [invalid(sentence, 'Name them; the path of a whole repository is ".".')];
}

function refusalsOf(source: ApplicationSource, at: string, settings: SourceSettings): readonly Refusal[] {
  const found: Refusal[] = [];
  const fields = fieldsOf(source);
  const types = explicitTypes(fields);
  if (types.length > 1) {
    found.push(invalid(`${at}: multiple application sources defined: ${types.join(',')}`, 'Keep one of them.'));
  }
  if (source.chart && !source.targetRevision) {
    found.push(
      invalid(`${at}.targetRevision is required if the manifest source is a helm chart`, 'Name a version, or a range.'),
    );
  }
  if ((source.path ?? '').startsWith('/')) {
    found.push(invalid(`${at}.path: ${source.path}: app path is absolute`, 'Leave out the leading "/".'));
  }
  if ((source.path ?? '').split('/').includes('..')) {
    found.push(invalid(`${at}.path: ${source.path}: app path outside root`, 'Name a directory of the repository.'));
  }
  const helmVersion = fields.helm?.version ?? '';
  if (helmVersion !== '' && helmVersion !== 'v3') {
    found.push(invalid(`${at}.helm.version: helm chart version '${helmVersion}' is not supported`, 'Leave it out.'));
  }
  const version = fields.kustomize?.version ?? '';
  if (version !== '' && !settings.kustomize.versions.has(version)) {
    found.push(
      invalid(
        `${at}.kustomize.version: kustomize version ${version} is not registered`,
        `Register it in argocd-cm (kustomize.path.${version}), or leave it out.`,
      ),
    );
  }
  return found;
}

function invalid(sentence: string, remedy: string): Refusal {
  return { code: 'INVALID_SPEC', sentence, remedy };
}
