// The Kustomization and Component file, as data (api:types/kustomization.go and its neighbours, v0.21.1).

import type { JsonObject } from '@evenkeel/resource';

import type { Selector } from '../resources/selector.ts';

/** A field path, possibly only for some kinds. */
export interface FieldSpecEntry {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly path?: string;
  readonly create?: boolean;
}

/** One entry of `labels`. */
export interface LabelEntry {
  readonly pairs?: Readonly<Record<string, string>>;
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
  readonly fields?: readonly FieldSpecEntry[];
}

/** One entry of `images`. */
export interface ImageEntry {
  readonly name?: string;
  readonly newName?: string;
  readonly tagSuffix?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/** One entry of `replicas`. */
export interface ReplicaEntry {
  readonly name?: string;
  readonly count?: number;
}

/** `options` of a patch, by their names in the file. */
export interface PatchOptions {
  readonly allowNameChange?: boolean;
  readonly allowKindChange?: boolean;
}

/** One entry of `patches` or `patchesJson6902`. */
export interface PatchEntry {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: Selector;
  readonly options?: PatchOptions;
}

/** Options of generated objects. */
export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly disableNameSuffixHash?: boolean;
  readonly immutable?: boolean;
}

/** One entry of `configMapGenerator` or, with a type, of `secretGenerator`. */
export interface GeneratorEntry {
  readonly namespace?: string;
  readonly name?: string;
  readonly behavior?: string;
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
  readonly options?: GeneratorOptions;
  readonly type?: string;
}

/** How a replacement cuts a value. */
export interface FieldOptions {
  readonly delimiter?: string;
  readonly index?: number;
  readonly encoding?: string;
  readonly create?: boolean;
}

/** Where a replacement takes its value from. */
export interface ReplacementSource extends Selector {
  readonly fieldPath?: string;
  readonly options?: FieldOptions;
}

/** Where a replacement puts its value. */
export interface ReplacementTarget {
  readonly select?: Selector;
  readonly reject?: readonly Selector[];
  readonly fieldPaths?: readonly string[];
  readonly options?: FieldOptions;
}

/** One entry of `replacements`; with a path, the file that holds them. */
export interface ReplacementEntry {
  readonly path?: string;
  readonly source?: ReplacementSource;
  readonly targets?: readonly ReplacementTarget[];
  readonly sourceValue?: string;
}

/** One entry of `vars`. */
export interface VarEntry {
  readonly name?: string;
  readonly objref?: {
    readonly apiVersion?: string;
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly fieldref?: { readonly fieldPath?: string };
}

/** `helmGlobals`. */
export interface HelmGlobals {
  readonly chartHome?: string;
  readonly configHome?: string;
}

/** One entry of `helmCharts`. */
export interface HelmChartEntry {
  readonly name?: string;
  readonly version?: string;
  readonly repo?: string;
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly additionalValuesFiles?: readonly string[];
  readonly valuesFile?: string;
  readonly valuesInline?: JsonObject;
  readonly valuesMerge?: string;
  readonly includeCRDs?: boolean;
  readonly skipHooks?: boolean;
  readonly apiVersions?: readonly string[];
  readonly kubeVersion?: string;
  readonly nameTemplate?: string;
  readonly skipTests?: boolean;
  readonly debug?: boolean;
  readonly devel?: boolean;
}

/** One entry of the deprecated `helmChartInflationGenerator`. */
export interface HelmChartArgs {
  readonly chartName?: string;
  readonly chartVersion?: string;
  readonly chartRepoUrl?: string;
  readonly chartHome?: string;
  readonly helmHome?: string;
  readonly values?: string;
  readonly valuesLocal?: JsonObject;
  readonly valuesMerge?: string;
  readonly releaseName?: string;
}

/** `sortOptions`. */
export interface SortOptions {
  readonly order?: string;
  readonly legacySortOptions?: { readonly orderFirst?: readonly string[]; readonly orderLast?: readonly string[] };
}

/** The file itself. */
export interface Kustomization {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly openapi?: Readonly<Record<string, string>>;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly labels?: readonly LabelEntry[];
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly patchesStrategicMerge?: readonly string[];
  readonly patchesJson6902?: readonly PatchEntry[];
  readonly patches?: readonly PatchEntry[];
  readonly images?: readonly ImageEntry[];
  readonly imageTags?: readonly ImageEntry[];
  readonly replacements?: readonly ReplacementEntry[];
  readonly replicas?: readonly ReplicaEntry[];
  readonly vars?: readonly VarEntry[];
  readonly sortOptions?: SortOptions;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly crds?: readonly string[];
  readonly bases?: readonly string[];
  readonly configMapGenerator?: readonly GeneratorEntry[];
  readonly secretGenerator?: readonly GeneratorEntry[];
  readonly helmGlobals?: HelmGlobals;
  readonly helmCharts?: readonly HelmChartEntry[];
  readonly helmChartInflationGenerator?: readonly HelmChartArgs[];
  readonly generatorOptions?: GeneratorOptions;
  readonly configurations?: readonly string[];
  readonly generators?: readonly string[];
  readonly transformers?: readonly string[];
  readonly validators?: readonly string[];
  readonly buildMetadata?: readonly string[];
}

/** A file of `configurations`: field specs by transformer. */
export interface ConfigEntries {
  readonly namePrefix?: readonly FieldSpecEntry[];
  readonly nameSuffix?: readonly FieldSpecEntry[];
  readonly namespace?: readonly FieldSpecEntry[];
  readonly commonLabels?: readonly FieldSpecEntry[];
  readonly labels?: readonly FieldSpecEntry[];
  readonly templateLabels?: readonly FieldSpecEntry[];
  readonly commonAnnotations?: readonly FieldSpecEntry[];
  readonly varReference?: readonly FieldSpecEntry[];
  readonly images?: readonly FieldSpecEntry[];
  readonly replicas?: readonly FieldSpecEntry[];
  readonly nameReference?: readonly {
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
    readonly fieldSpecs?: readonly FieldSpecEntry[];
  }[];
}
