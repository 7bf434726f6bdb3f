// What a plugin is told: its environment, and which directories it sees. Mirrors argoproj/argo-cd:reposerver/repository/
// repository.go getPluginEnvs and pkg/apis/application/v1alpha1 ApplicationSourcePluginParameters.Environ (3.6).

import type { AdaptInput, PluginDefinition, PluginSettings } from '@evenkeel/delivery';
import { joinTreePath } from '@evenkeel/std';
import { type Variables, expand, namesRevision } from './environment.ts';
import type { PluginFields, PluginParameter } from './source-types.ts';

/** What the settings of a plugin are made of. */
export interface PluginInput {
  readonly fields: PluginFields | undefined;
  readonly declared: readonly PluginDefinition[];
  readonly variables: Variables;
  /** The annotation argocd.argoproj.io/manifest-generate-paths, '' where it is not there. */
  readonly generatePaths: string;
  readonly directory: string;
}

/**
 * The settings. A plugin that names the revision in its commands or its environment runs for every commit, one that names the
 * cluster's versions for every change of these; all others only when what they see has changed.
 */
export function pluginSettings(
  { fields = {}, declared, variables, generatePaths, directory }: PluginInput,
  input: AdaptInput,
): PluginSettings {
  const name = fields.name ?? '';
  const texts = [
    ...(fields.env ?? []).map(({ value = '' }) => value),
    ...declared
      .filter((plugin) => (name === '' ? plugin.discover !== undefined : plugin.name === name))
      .flatMap(({ init = [], generate, discover }) => [...init, ...generate, ...(discover?.command ?? [])]),
  ];
  if (texts.some(namesRevision)) input.dependsOn('revision');
  if (texts.some((text) => text.includes('KUBE_VERSION') || text.includes('KUBE_API_VERSIONS'))) {
    input.dependsOn('versions');
  }
  const all = new Map([
    ...variables,
    ['KUBE_VERSION', /\d+(\.\d+)*/.exec(input.kubeVersion)?.[0] ?? ''],
    ['KUBE_API_VERSIONS', input.apiVersions.join(',')],
  ]);
  const environment = [
    ...Array.from(all, ([variable, value]) => ({ name: variable, value })),
    ...(fields.env ?? []).map(({ name: variable = '', value = '' }) => ({
      name: `ARGOCD_ENV_${variable}`,
      value: expand(value, all),
    })),
    ...parameterVariables(fields.parameters ?? []),
  ];
  return { name, environment, paths: seenPaths(generatePaths, directory), declared };
}

function parameterVariables(
  parameters: readonly PluginParameter[],
): readonly { readonly name: string; readonly value: string }[] {
  const variables = [{ name: 'ARGOCD_APP_PARAMETERS', value: JSON.stringify(parameters.map(parameterJson)) }];
  for (const { name = '', string, array = [], map = {} } of parameters) {
    const base = `PARAM_${escaped(name)}`;
    if (string !== undefined) variables.push({ name: base, value: string });
    for (const [key, value] of Object.entries(map)) variables.push({ name: `${base}_${escaped(key)}`, value });
    for (const [index, value] of array.entries()) variables.push({ name: `${base}_${index}`, value });
  }
  return variables;
}

/** In the order of Go's maps, as upstream writes it. */
function parameterJson({ name = '', string, array, map }: PluginParameter): object {
  return {
    ...(array === undefined ? {} : { array }),
    ...(map === undefined ? {} : { map: Object.fromEntries(Object.entries(map).toSorted(byName)) }),
    name,
    ...(string === undefined ? {} : { string }),
  };
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : 1;
}

function escaped(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_');
}

/** Directories from the root of the repository; of a glob what stands before it. */
function seenPaths(annotation: string, directory: string): readonly string[] {
  const paths = annotation
    .split(';')
    .map((path) => path.trim())
    .filter((path) => path !== '')
    .flatMap((path) => {
      const parts = path.split('/');
      const glob = parts.findIndex((part) => /[*?[{]/.test(part));
      const plain = glob < 0 ? path : parts.slice(0, glob).join('/');
      const found = path.startsWith('/') ? joinTreePath(plain) : joinTreePath(directory, plain);
      return found === undefined || found === directory ? [] : [found];
    });
  return [...new Set(paths)];
}
