// From the settings of a source to how it is rendered: the build environment filled in, paths of other sources recognised.

import type { AdaptInput, HelmSettings, JsonnetVariable, PluginDefinition, RenderRequest } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import type { ApplicationSource } from '../application.ts';
import { kustomizeSettings } from '../kustomize-fields.ts';
import type { ArgoSettings } from '../settings/settings.ts';
import { type Variables, expand, namesRevision } from './environment.ts';
import { buildSettings } from './kustomize-options.ts';
import { pluginSettings } from './plugin-settings.ts';
import {
  type DirectoryFields,
  type HelmFields,
  type JsonnetVariableField,
  type SourceFields,
  explicitTypes,
  fieldsOf,
} from './source-types.ts';

/** Where a source stands: what its settings mean depends on it. */
export interface SourceScene {
  /** 'spec.source' or 'spec.sources[1]'. */
  readonly at: string;
  readonly releaseName: string;
  /** The destination's. */
  readonly namespace: string;
  readonly settings: Pick<ArgoSettings, 'kustomize' | 'helm' | 'renderers'>;
  readonly plugins: readonly PluginDefinition[];
  readonly generatePaths: string;
  /** The directory in the tree. */
  readonly directory: string;
  /** The names other sources go by, undefined in an Application of one source. */
  readonly references: readonly string[] | undefined;
}

/** The request, or why the settings cannot be honoured. */
export function renderRequest(
  source: ApplicationSource,
  scene: SourceScene,
  variables: Variables,
  input: AdaptInput,
): RenderRequest | Refusal {
  const fields = fieldsOf(source);
  const types = explicitTypes(fields);
  if (types.length > 1) {
    return invalid(`${scene.at}: multiple application sources defined: ${types.join(',')}`, 'Keep one of them.');
  }
  const fill = (text: string): string => {
    if (namesRevision(text)) input.dependsOn('revision');
    return expand(text, variables);
  };
  const files = valuePaths(fields.helm ?? {}, scene, fill);
  if ('sentence' in files) return files;
  const build = buildSettings(scene.settings.kustomize, {
    ...fields.kustomize,
    ...(fields.helm?.kubeVersion ? { helmKubeVersion: fields.helm.kubeVersion } : {}),
  });
  if (typeof build === 'string') {
    return invalid(`kustomize.buildOptions of argocd-cm: ${build}`, 'Correct the options in the ConfigMap.');
  }
  // Versions of the cluster reach charts of kustomizations; charts by themselves are known to depend on them.
  if (build.helm && build.helm.apiVersions.length === 0) input.dependsOn('versions');
  const { renderers } = scene.settings;
  const { plugin: pluginFields } = fields;
  const plugin =
    pluginFields || (types.length === 0 && scene.plugins.length > 0)
      ? {
          plugin: pluginSettings(
            {
              fields: pluginFields,
              declared: scene.plugins,
              variables,
              generatePaths: scene.generatePaths,
              directory: scene.directory,
            },
            input,
          ),
        }
      : {};
  return {
    renderer: rendererOf(fields),
    kustomize: { ...kustomizeSettings(fields.kustomize ?? {}, fill), build, generate: false },
    helm: helmSettings(fields, scene, { fill, ...files }),
    directory: {
      ...directorySettings(fields.directory ?? {}, fill),
      ...(renderers.directory ? {} : { jsonnet: false as const }),
      bytesMax: renderers.directoryBytesMax,
    },
    disabled: [...(renderers.helm ? [] : ['helm' as const]), ...(renderers.kustomize ? [] : ['kustomize' as const])],
    ...plugin,
  };
}

function rendererOf({ helm, kustomize, directory, plugin }: SourceFields): RenderRequest['renderer'] {
  if (helm) return 'helm';
  if (kustomize) return 'kustomize';
  if (directory) return 'directory';
  return plugin ? 'plugin' : 'detect';
}

interface ValuePaths {
  readonly valueFiles: readonly string[];
  readonly fileParameters: HelmSettings['fileParameters'];
}

function helmSettings(
  { helm = {}, kustomize }: SourceFields,
  { releaseName, namespace }: SourceScene,
  { fill, ...files }: ValuePaths & { readonly fill: (text: string) => string },
): HelmSettings {
  return {
    releaseName: helm.releaseName || releaseName,
    namespace: helm.namespace || kustomize?.namespace || namespace,
    ...files,
    ignoreMissingValueFiles: helm.ignoreMissingValueFiles === true,
    values: helm.values,
    valuesObject: helm.valuesObject,
    // A parameter that stands twice has its last value, at its first place.
    parameters: [
      ...new Map(
        (helm.parameters ?? []).map(({ name = '', value = '', forceString = false }) => [
          `${forceString} ${name}`,
          { name, value: fill(value), forceString },
        ]),
      ).values(),
    ],
    skipCrds: helm.skipCrds === true,
    skipTests: helm.skipTests === true,
    skipSchemaValidation: helm.skipSchemaValidation === true,
    kubeVersion: helm.kubeVersion || undefined,
    apiVersions: helm.apiVersions ?? [],
  };
}

/** `$name/path` is another source's file where there is one of that name; elsewhere dollars are variables. */
function valuePaths(helm: HelmFields, scene: SourceScene, fill: (text: string) => string): ValuePaths | Refusal {
  const resolve = (path: string, field: string): string | Refusal => {
    const slash = path.indexOf('/');
    const first = slash < 0 ? path : path.slice(0, slash);
    if (first.startsWith('$') && scene.references) {
      if (scene.references.includes(first.slice(1))) return `${first}/${fill(slash < 0 ? '' : path.slice(slash + 1))}`;
      const names = scene.references.map((name) => `$${name}`);
      return invalid(
        names.length === 0
          ? `${field}: source referenced "${first}", but no source has a 'ref' field defined`
          : `${field}: source referenced "${first}", which is not one of the available sources (${names.join(', ')})`,
        `Give a source ref: ${first.slice(1)}, or correct the path.`,
      );
    }
    const filled = fill(path);
    const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(filled) ?? [];
    const schemes = scene.settings.helm.valuesFileSchemes;
    if (scheme === undefined || schemes.some((known) => known.toLowerCase() === scheme.toLowerCase())) return filled;
    return invalid(
      `${field}: the URL scheme '${scheme}' is not allowed`,
      'Add the scheme to helm.valuesFileSchemes of argocd-cm, or name a file.',
    );
  };
  const valueFiles: string[] = [];
  for (const [index, file] of (helm.valueFiles ?? []).entries()) {
    const path = resolve(file, `${scene.at}.helm.valueFiles[${index}]`);
    if (typeof path !== 'string') return path;
    valueFiles.push(path);
  }
  const fileParameters: { name: string; path: string }[] = [];
  for (const [index, { name = '', path: file = '' }] of (helm.fileParameters ?? []).entries()) {
    const path = resolve(file, `${scene.at}.helm.fileParameters[${index}].path`);
    if (typeof path !== 'string') return path;
    fileParameters.push({ name, path });
  }
  return { valueFiles, fileParameters };
}

function directorySettings(fields: DirectoryFields, fill: (text: string) => string): RenderRequest['directory'] {
  const { extVars = [], tlas = [], libs = [] } = fields.jsonnet ?? {};
  const variable = ({ name = '', value = '', code = false }: JsonnetVariableField): JsonnetVariable => ({
    name,
    value: fill(value),
    code,
  });
  return {
    recurse: fields.recurse === true,
    include: fields.include ?? '',
    exclude: fields.exclude ?? '',
    anyExtension: fields.disableExtensionFilter === true,
    jsonnet: { extVars: extVars.map(variable), topLevel: tlas.map(variable), libraries: libs },
  };
}

function invalid(sentence: string, remedy: string): Refusal {
  return { code: 'RENDER_FAILED', sentence, remedy };
}
