// The ApplicationSet as it is read: a view of what the API server has validated against the schema.
// Names: argoproj/argo-cd:pkg/apis/application/v1alpha1/applicationset_types.go (3.6).

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { conform } from '../crd/conform.ts';
import { applicationSetSchema } from './crd/schema.ts';

/** What may be done to Applications that exist. */
export type ApplicationsSync = 'create-only' | 'create-update' | 'create-delete' | 'sync';

/** metav1.LabelSelector. */
export interface SelectorSpec {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The template of a set, and the partial one of a generator. */
export interface ApplicationTemplate {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: JsonObject;
}

/** The names a generator may go by. Order is upstream's field order, in which generators of one entry are run. */
export const generatorKinds = [
  'list',
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'matrix',
  'merge',
  'plugin',
  'oci',
] as const;

export type GeneratorKind = (typeof generatorKinds)[number];

/** One entry of spec.generators: usually one generator, and a filter over what it gives. */
export type GeneratorSpec = { readonly [Kind in GeneratorKind]?: JsonObject } & { readonly selector?: SelectorSpec };

/** One step of a rolling sync. */
export interface RolloutStep {
  readonly matchExpressions?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly values?: readonly string[];
  }[];
  readonly maxUpdate?: number | string;
}

export interface IgnoredDifference {
  readonly name?: string;
  readonly jsonPointers?: readonly string[];
  readonly jqPathExpressions?: readonly string[];
}

export interface ApplicationSetSpec {
  readonly generators: readonly GeneratorSpec[];
  readonly template: ApplicationTemplate;
  readonly goTemplate: boolean;
  readonly goTemplateOptions: readonly string[];
  readonly templatePatch?: string | undefined;
  readonly syncPolicy?: {
    readonly preserveResourcesOnDeletion?: boolean;
    readonly applicationsSync?: ApplicationsSync;
  };
  readonly strategy?: {
    readonly type?: string;
    readonly rollingSync?: { readonly steps?: readonly RolloutStep[] };
    readonly deletionOrder?: string;
  };
  readonly preservedFields?: { readonly annotations?: readonly string[]; readonly labels?: readonly string[] };
  readonly ignoreApplicationDifferences?: readonly IgnoredDifference[];
}

export interface SetCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

/** Where one Application stands in a rolling sync. */
export interface RolloutStatus {
  readonly application: string;
  readonly status: 'Waiting' | 'Pending' | 'Progressing' | 'Healthy';
  readonly message: string;
  readonly step: string;
  readonly targetRevisions: readonly string[];
  readonly lastTransitionTime?: string;
}

export interface ApplicationSetStatus {
  readonly conditions?: readonly SetCondition[];
  readonly applicationStatus?: readonly RolloutStatus[];
  readonly resources?: readonly JsonObject[];
  readonly resourcesCount?: number;
  readonly health?: { readonly status?: string; readonly message?: string };
}

/** An ApplicationSet read from the cluster or a file. */
export interface ApplicationSet {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  readonly spec: ApplicationSetSpec;
  readonly status: ApplicationSetStatus;
  /** What has another type than its definition gives it, and is left out of `spec`: nothing is generated from such a set. */
  readonly problems?: readonly string[] | undefined;
}

const { spec: specSchema, status: statusSchema } = applicationSetSchema['properties'] as Readonly<
  Record<'spec' | 'status', JsonObject>
>;

/** Reads an ApplicationSet object. */
export function readApplicationSet(object: KubeObject): ApplicationSet {
  const read = conform(object['spec'] as Json | undefined, specSchema, 'spec');
  const status = conform(object['status'] as Json | undefined, statusSchema, 'status').value;
  const spec = (read.value ?? {}) as Partial<ApplicationSetSpec>;
  return {
    object,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
    spec: {
      ...spec,
      generators: spec.generators ?? [],
      template: spec.template ?? {},
      goTemplate: spec.goTemplate === true,
      goTemplateOptions: spec.goTemplateOptions ?? [],
    },
    status: (status ?? {}) as ApplicationSetStatus,
    ...(read.problems.length > 0 ? { problems: read.problems } : {}),
  };
}

/** Why a set gives no Applications, or which of them it does not give: upstream's reasons of conditions. */
export type SetFailureReason =
  | 'ApplicationGenerationFromParamsError'
  | 'RenderTemplateParamsError'
  | 'ApplicationValidationError'
  | 'UpdateApplicationError'
  | 'CreateApplicationError'
  | 'DeleteApplicationError'
  | 'RefreshApplicationError'
  | 'ApplicationSetRolloutError';

/** What a generator or a template was refused for. The message is what the condition says. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
}

/** A JSON object, or undefined for anything else. */
export function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** Text for a condition. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
