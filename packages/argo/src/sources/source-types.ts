// The settings of a source by what renders it, as their schema has them. Mirrors argoproj/argo-cd:pkg/apis/application/
// v1alpha1/types.go (3.6).

import type { Json, JsonObject } from '@evenkeel/resource';
import type { ApplicationSource, NameValue } from '../application.ts';

export interface HelmFields {
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly valueFiles?: readonly string[];
  readonly ignoreMissingValueFiles?: boolean;
  readonly values?: string;
  readonly valuesObject?: Json;
  readonly parameters?: readonly { readonly name?: string; readonly value?: string; readonly forceString?: boolean }[];
  readonly fileParameters?: readonly { readonly name?: string; readonly path?: string }[];
  readonly version?: string;
  readonly passCredentials?: boolean;
  readonly skipCrds?: boolean;
  readonly skipTests?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

export interface KustomizeFields {
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly images?: readonly string[];
  readonly replicas?: readonly { readonly name?: string; readonly count?: number | string }[];
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly commonAnnotationsEnvsubst?: boolean;
  readonly forceCommonLabels?: boolean;
  readonly forceCommonAnnotations?: boolean;
  readonly labelWithoutSelector?: boolean;
  readonly labelIncludeTemplates?: boolean;
  readonly namespace?: string;
  readonly patches?: readonly JsonObject[];
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly version?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

export interface JsonnetVariableField {
  readonly name?: string;
  readonly value?: string;
  readonly code?: boolean;
}

export interface DirectoryFields {
  readonly recurse?: boolean;
  readonly include?: string;
  readonly exclude?: string;
  readonly disableExtensionFilter?: boolean;
  readonly jsonnet?: {
    readonly extVars?: readonly JsonnetVariableField[];
    readonly tlas?: readonly JsonnetVariableField[];
    readonly libs?: readonly string[];
  };
}

export interface PluginParameter {
  readonly name?: string;
  readonly string?: string;
  readonly array?: readonly string[];
  readonly map?: Readonly<Record<string, string>>;
}

export interface PluginFields {
  readonly name?: string;
  readonly env?: readonly Partial<NameValue>[];
  readonly parameters?: readonly PluginParameter[];
}

/** A source with its settings read. The API server, or `withOverrides`, has checked them against the schema. */
export interface SourceFields {
  readonly helm: HelmFields | undefined;
  readonly kustomize: KustomizeFields | undefined;
  readonly directory: DirectoryFields | undefined;
  readonly plugin: PluginFields | undefined;
}

/** Settings that say nothing count as not there, as upstream normalises them. An empty plugin asks for discovery. */
export function fieldsOf(source: ApplicationSource): SourceFields {
  return {
    helm: says(source.helm) ? source.helm : undefined,
    kustomize: says(source.kustomize) ? source.kustomize : undefined,
    directory: says(source.directory) ? source.directory : undefined,
    plugin: source.plugin,
  };
}

/** The kinds of settings a source has, in upstream's words and order. */
export function explicitTypes(fields: SourceFields): readonly string[] {
  return [
    ...(fields.kustomize ? ['Kustomize'] : []),
    ...(fields.helm ? ['Helm'] : []),
    ...(fields.directory ? ['Directory'] : []),
    ...(fields.plugin ? ['Plugin'] : []),
  ];
}

/** Settings of kustomizations that say how others are applied, and nothing by themselves. */
const manners: ReadonlySet<string> = new Set([
  'commonAnnotationsEnvsubst',
  'forceCommonAnnotations',
  'forceCommonLabels',
  'labelIncludeTemplates',
  'labelWithoutSelector',
]);

function says(settings: JsonObject | undefined): boolean {
  if (settings === undefined || settings === null) return false;
  return Object.entries(settings).some(([name, value]) => !manners.has(name) && isMeaningful(name, value));
}

function isMeaningful(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== 'object' || name === 'valuesObject') return true;
  // Labels with empty values are labels; variables of Jsonnet that are none are not.
  return name === 'jsonnet'
    ? Object.values(value).some((inner) => isMeaningful('', inner))
    : Object.keys(value).length > 0;
}
