// Brings deprecated spellings into the present form and says so, before anything else looks at the file
// (api:types/kustomization.go FixKustomization, CheckDeprecatedFields, EnforceFields, v0.21.1).

import type { GeneratorEntry, HelmChartArgs, HelmChartEntry, HelmGlobals, Kustomization } from './types.ts';

const RUN_FIX = "Run 'kustomize edit fix' to update your Kustomization automatically.";

const DEPRECATED: readonly (readonly [keyof Kustomization, string, string])[] = [
  ['bases', 'resources', RUN_FIX],
  ['commonLabels', 'labels', RUN_FIX],
  ['imageTags', 'images', RUN_FIX],
  ['patchesJson6902', 'patches', RUN_FIX],
  ['patchesStrategicMerge', 'patches', RUN_FIX],
  ['vars', 'replacements', `[EXPERIMENTAL] ${RUN_FIX}`],
];

/** One warning for each deprecated field in use. */
export function deprecationWarnings(file: Kustomization): string[] {
  return DEPRECATED.filter(([field]) => file[field] !== undefined).map(
    ([field, instead, advice]) => `# Warning: '${field}' is deprecated. Please use '${instead}' instead. ${advice}`,
  );
}

/** The same file in the present form. */
export function fixKustomization(file: Kustomization): Kustomization {
  const { bases, imageTags, helmChartInflationGenerator, ...rest } = file;
  const kind = file.kind === undefined || file.kind === '' ? 'Kustomization' : file.kind;
  const version = kind === 'Component' ? 'v1alpha1' : 'v1beta1';
  return {
    ...rest,
    kind,
    apiVersion:
      file.apiVersion === undefined || file.apiVersion === '' ? `kustomize.config.k8s.io/${version}` : file.apiVersion,
    ...joined('resources', file.resources, bases),
    ...joined('images', file.images, imageTags),
    ...(file.configMapGenerator && { configMapGenerator: file.configMapGenerator.map(fixEnv) }),
    ...(file.secretGenerator && { secretGenerator: file.secretGenerator.map(fixEnv) }),
    ...fixHelm(file, helmChartInflationGenerator ?? []),
  };
}

function joined<Name extends string, Item>(
  name: Name,
  first: readonly Item[] | undefined,
  second: readonly Item[] | undefined,
): Partial<Record<Name, readonly Item[]>> {
  if (second === undefined) return {};
  const value: Partial<Record<string, readonly Item[]>> = { [name]: [...(first ?? []), ...second] };
  return value as Partial<Record<Name, readonly Item[]>>;
}

function fixEnv(entry: GeneratorEntry): GeneratorEntry {
  if (entry.env === undefined || entry.env === '') return entry;
  const { env, ...rest } = entry;
  return { ...rest, envs: [...(entry.envs ?? []), env] };
}

function fixHelm(
  file: Kustomization,
  old: readonly HelmChartArgs[],
): Pick<Kustomization, 'helmCharts' | 'helmGlobals'> {
  if (old.length === 0) return {};
  const globals: { -readonly [Key in keyof HelmGlobals]: HelmGlobals[Key] } = {};
  for (const args of old) {
    if (args.helmHome) globals.configHome = args.helmHome;
    if (args.chartHome) globals.chartHome = args.chartHome;
  }
  const useful = globals.chartHome !== undefined || globals.configHome !== undefined;
  return {
    ...(file.helmGlobals === undefined && useful && { helmGlobals: globals }),
    helmCharts: [...(file.helmCharts ?? []), ...old.map(chartFromArgs)],
  };
}

function chartFromArgs(args: HelmChartArgs): HelmChartEntry {
  return {
    ...(args.chartName !== undefined && { name: args.chartName }),
    ...(args.chartVersion !== undefined && { version: args.chartVersion }),
    ...(args.chartRepoUrl !== undefined && { repo: args.chartRepoUrl }),
    ...(args.values !== undefined && { valuesFile: args.values }),
    ...(args.valuesLocal !== undefined && { valuesInline: args.valuesLocal }),
    ...(args.valuesMerge !== undefined && { valuesMerge: args.valuesMerge }),
    ...(args.releaseName !== undefined && { releaseName: args.releaseName }),
  };
}

/** What is wrong with kind and apiVersion of a fixed file. */
export function fieldErrors(file: Kustomization): string[] {
  const errors: string[] = [];
  if (file.kind !== 'Kustomization' && file.kind !== 'Component') {
    errors.push('kind should be Kustomization or Component');
  }
  const required = `kustomize.config.k8s.io/${file.kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`;
  if (file.apiVersion !== required) errors.push(`apiVersion for ${file.kind ?? ''} should be ${required}`);
  return errors;
}

/** True where the fixed file says nothing but what it is. */
export function isEmptyKustomization(file: Kustomization): boolean {
  return Object.keys(file).every((field) => field === 'kind' || field === 'apiVersion');
}
