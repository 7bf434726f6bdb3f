// The fields of the Kustomization file and of plugin configurations, by the names and types of Go's structs
// (api:types, v0.21.1).

import {
  any,
  bool,
  int,
  int64,
  listOf,
  type Shape,
  string,
  stringMap,
  strings,
  struct,
  type Struct,
} from './decode.ts';

const embeddedGvk = { group: 'Gvk', version: 'Gvk', kind: 'Gvk' };
const embeddedResId = {
  group: 'ResId.Gvk',
  version: 'ResId.Gvk',
  kind: 'ResId.Gvk',
  name: 'ResId',
  namespace: 'ResId',
};
const embeddedGenerator = {
  namespace: 'GeneratorArgs',
  name: 'GeneratorArgs',
  behavior: 'GeneratorArgs',
  options: 'GeneratorArgs',
  literals: 'GeneratorArgs.KvPairSources',
  files: 'GeneratorArgs.KvPairSources',
  envs: 'GeneratorArgs.KvPairSources',
  env: 'GeneratorArgs.KvPairSources',
};
const gvk = { group: string, version: string, kind: string };
const resId = { ...gvk, name: string, namespace: string };

/** A field path with the kinds it is for. */
export const fieldSpecShape: Struct = struct('FieldSpec', { ...gvk, path: string, create: bool }, embeddedGvk);

/** Who a patch is for. */
export const selectorShape: Struct = struct(
  'Selector',
  { ...resId, annotationSelector: string, labelSelector: string },
  embeddedResId,
);

const optionsShape = struct('PatchArgs', { allowNameChange: bool, allowKindChange: bool });

/** An entry of `patches`. */
export const patchShape: Struct = struct('Patch', {
  path: string,
  patch: string,
  target: selectorShape,
  options: optionsShape,
});

/** An entry of `images`. */
export const imageShape: Struct = struct('Image', {
  name: string,
  newName: string,
  tagSuffix: string,
  newTag: string,
  digest: string,
});

/** An entry of `replicas`. */
export const replicaShape: Struct = struct('Replica', { name: string, count: int64 });

const generatorOptionsShape = struct('GeneratorOptions', {
  labels: stringMap,
  annotations: stringMap,
  disableNameSuffixHash: bool,
  immutable: bool,
});

const generatorFields = {
  namespace: string,
  name: string,
  behavior: string,
  literals: strings,
  files: strings,
  envs: strings,
  env: string,
  options: generatorOptionsShape,
};

const fieldOptionsShape = struct('FieldOptions', { delimiter: string, index: int, encoding: string, create: bool });

const replacementFields = {
  source: struct('SourceSelector', { ...resId, fieldPath: string, options: fieldOptionsShape }, embeddedResId),
  targets: listOf(
    struct('TargetSelector', {
      select: selectorShape,
      reject: listOf(selectorShape),
      fieldPaths: strings,
      options: fieldOptionsShape,
    }),
  ),
  sourceValue: string,
};

/** An entry of `replacements`. */
export const replacementShape: Struct = struct('ReplacementField', { ...replacementFields, path: string });

const helmGlobalsFields = { chartHome: string, configHome: string };

const helmChartFields = {
  name: string,
  version: string,
  repo: string,
  releaseName: string,
  namespace: string,
  additionalValuesFiles: strings,
  valuesFile: string,
  valuesInline: { is: 'map', of: any } as Shape,
  valuesMerge: string,
  includeCRDs: bool,
  skipHooks: bool,
  apiVersions: strings,
  kubeVersion: string,
  nameTemplate: string,
  skipTests: bool,
  debug: bool,
  devel: bool,
};

const helmChartArgsShape = struct('HelmChartArgs', {
  chartName: string,
  chartVersion: string,
  chartRepoUrl: string,
  chartHome: string,
  chartRepoName: string,
  helmBin: string,
  helmHome: string,
  values: string,
  valuesLocal: { is: 'map', of: any },
  valuesMerge: string,
  releaseName: string,
  releaseNamespace: string,
  extraArgs: strings,
});

const varShape = struct('Var', {
  name: string,
  objref: struct('Target', { apiVersion: string, ...gvk, name: string, namespace: string }, embeddedGvk),
  fieldref: struct('FieldSelector', { fieldPath: string }),
});

const sortOptionsShape = struct('SortOptions', {
  order: string,
  legacySortOptions: struct('LegacySortOptions', { orderFirst: strings, orderLast: strings }),
});

const objectMetaShape = struct('ObjectMeta', {
  name: string,
  namespace: string,
  labels: stringMap,
  annotations: stringMap,
});

const patchPath: Shape = { is: 'string', goType: 'types.PatchStrategicMerge' };

/** The Kustomization file. */
export const kustomizationShape: Struct = struct('Kustomization', {
  kind: string,
  apiVersion: string,
  metadata: objectMetaShape,
  openapi: stringMap,
  namePrefix: string,
  nameSuffix: string,
  namespace: string,
  commonLabels: stringMap,
  labels: listOf(
    struct('Label', {
      pairs: stringMap,
      includeSelectors: bool,
      includeTemplates: bool,
      fields: listOf(fieldSpecShape),
    }),
  ),
  commonAnnotations: stringMap,
  patchesStrategicMerge: listOf(patchPath),
  patchesJson6902: listOf(patchShape),
  patches: listOf(patchShape),
  images: listOf(imageShape),
  imageTags: listOf(imageShape),
  replacements: listOf(replacementShape),
  replicas: listOf(replicaShape),
  vars: listOf(varShape),
  sortOptions: sortOptionsShape,
  resources: strings,
  components: strings,
  crds: strings,
  bases: strings,
  configMapGenerator: listOf(struct('ConfigMapArgs', generatorFields, embeddedGenerator)),
  secretGenerator: listOf(struct('SecretArgs', { ...generatorFields, type: string }, embeddedGenerator)),
  helmGlobals: struct('HelmGlobals', helmGlobalsFields),
  helmCharts: listOf(struct('HelmChart', helmChartFields)),
  helmChartInflationGenerator: listOf(helmChartArgsShape),
  generatorOptions: generatorOptionsShape,
  configurations: strings,
  generators: strings,
  transformers: strings,
  validators: strings,
  buildMetadata: strings,
});

const fieldSpecs = listOf(fieldSpecShape);

/** A file named by `configurations`. */
export const transformerConfigShape: Struct = struct('TransformerConfig', {
  namePrefix: fieldSpecs,
  nameSuffix: fieldSpecs,
  namespace: fieldSpecs,
  commonLabels: fieldSpecs,
  labels: fieldSpecs,
  templateLabels: fieldSpecs,
  commonAnnotations: fieldSpecs,
  nameReference: listOf(struct('NameBackReferences', { ...gvk, fieldSpecs }, embeddedGvk)),
  varReference: fieldSpecs,
  images: fieldSpecs,
  replicas: fieldSpecs,
});

const metadata = { metadata: objectMetaShape };

/** Configurations of the builtin plugins, by kind. */
export const pluginShapes: Readonly<Record<string, Struct>> = {
  AnnotationsTransformer: struct('AnnotationsTransformerPlugin', { annotations: stringMap, fieldSpecs }),
  LabelTransformer: struct('LabelTransformerPlugin', { labels: stringMap, fieldSpecs }),
  ImageTagTransformer: struct('ImageTagTransformerPlugin', { imageTag: imageShape, fieldSpecs }),
  NamespaceTransformer: struct('NamespaceTransformerPlugin', {
    ...metadata,
    fieldSpecs,
    unsetOnly: bool,
    setRoleBindingSubjects: string,
  }),
  PatchJson6902Transformer: struct('PatchJson6902TransformerPlugin', {
    target: selectorShape,
    path: string,
    jsonOp: string,
  }),
  PatchStrategicMergeTransformer: struct('PatchStrategicMergeTransformerPlugin', {
    paths: listOf(patchPath),
    patches: string,
  }),
  PatchTransformer: struct('PatchTransformerPlugin', {
    path: string,
    patch: string,
    target: selectorShape,
    options: optionsShape,
  }),
  PrefixTransformer: struct('PrefixTransformerPlugin', { prefix: string, fieldSpecs }),
  SuffixTransformer: struct('SuffixTransformerPlugin', { suffix: string, fieldSpecs }),
  PrefixSuffixTransformer: struct('PrefixTransformerPlugin', { prefix: string, suffix: string, fieldSpecs }),
  ReplacementTransformer: struct('ReplacementTransformerPlugin', { replacements: listOf(replacementShape) }),
  ReplicaCountTransformer: struct('ReplicaCountTransformerPlugin', { replica: replicaShape, fieldSpecs }),
  SortOrderTransformer: struct('SortOrderTransformerPlugin', { sortOptions: sortOptionsShape }),
  ValueAddTransformer: struct('ValueAddTransformerPlugin', {
    value: string,
    targets: listOf(struct('Target', { selector: selectorShape, fieldPath: string, filePathPosition: int })),
    targetFilePath: string,
  }),
  ConfigMapGenerator: struct('ConfigMapGeneratorPlugin', { ...metadata, ...generatorFields }),
  SecretGenerator: struct('SecretGeneratorPlugin', { ...metadata, ...generatorFields, type: string }),
  HelmChartInflationGenerator: struct('HelmChartInflationGeneratorPlugin', {
    ...helmGlobalsFields,
    ...helmChartFields,
  }),
  IAMPolicyGenerator: struct('IAMPolicyGeneratorPlugin', {
    ...metadata,
    cloud: string,
    kubernetesService: struct('KubernetesService', { namespace: string, name: string }),
    serviceAccount: struct('ServiceAccount', { name: string, projectId: string }),
  }),
};
