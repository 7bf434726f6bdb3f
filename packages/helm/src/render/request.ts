// What to render and what comes of it: the contract of renderChart.

import type { Host as TemplateHost } from '@evenkeel/gotemplate';
import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';

import type { HelmVersion } from '../chart/chart.ts';

/** One source of values. Later ones win over earlier ones; all win over the chart's own values.yaml. */
export type ValueSource =
  /** A YAML file of the tree. */
  | { readonly kind: 'file'; readonly path: string; readonly ignoreMissing?: boolean }
  /** YAML text; `name` stands for it in errors and origins. */
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  /** Values as data. */
  | { readonly kind: 'object'; readonly name: string; readonly value: JsonObject }
  /** A --set expression of one of the five kinds; `name` stands for it in origins. */
  | {
      readonly kind: 'set' | 'set-string' | 'set-json' | 'set-file' | 'set-literal';
      readonly expression: string;
      readonly name?: string;
    };

/** What a render depends on besides the chart's files. Plain data. */
export interface ChartRenderRequest {
  readonly releaseName: string;
  readonly namespace: string;
  readonly values?: readonly ValueSource[];
  /** Which Helm to be; 4 when absent. */
  readonly helmVersion?: HelmVersion;
  /** `.Release.Revision`; 1 when absent. */
  readonly revision?: number;
  readonly isUpgrade?: boolean;
  /** Without a cluster: the version to pretend (--kube-version) and API versions to add to the known ones. */
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  /** `apiVersions` are all there are, not an addition: what the discovery of a cluster says. */
  readonly apiVersionsAreComplete?: boolean;
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly noHooks?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly enableDns?: boolean;
  /** NOTES.txt of subcharts too. */
  readonly subchartNotes?: boolean;
  /** Say for every field of every object where it comes from. Costs time. */
  readonly origins?: boolean;
  readonly limits?: RenderLimits;
}

/** Limits on templates written by strangers. */
export interface RenderLimits {
  /** Template nodes walked and functions called. */
  readonly steps?: number;
  /** Bytes of output of one template file. */
  readonly outputBytes?: number;
  /** Nested template calls. */
  readonly depth?: number;
}

/** What a render may ask of the world. Synchronous: `lookup` throws what the caller wants to suspend with. */
export interface RenderHost extends Partial<TemplateHost> {
  /**
   * Answers `lookup`: the object, or for name '' a list object; undefined where there is none. Absent: no cluster, every
   * lookup is empty. May throw ContentNotLoaded-like exceptions of its own, which pass through renderChart.
   */
  lookup?(query: LookupQuery): JsonObject | undefined;
  /** Reads a file outside the tree for --set-file and -f: a path or URL. Absent: only files of the tree are read. */
  readFile?(path: string): Uint8Array | undefined;
  /** The post-renderer: the manifests in, other manifests out. Throws an Error to refuse. */
  postRender?(manifests: string): string;
}

/** The arguments of `lookup`. */
export interface LookupQuery {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The closed set of reasons why a chart does not render. */
export type RenderProblemCode =
  /** The path is no chart. */
  | 'CHART_NOT_FOUND'
  /** Chart.yaml, values.yaml, an archive or a file name is not acceptable. */
  | 'CHART_INVALID'
  /** Dependencies are declared that are not in charts/. */
  | 'DEPENDENCY_MISSING'
  /** A library chart cannot be rendered on its own. */
  | 'NOT_INSTALLABLE'
  | 'RELEASE_NAME'
  /** A values file is not there. */
  | 'VALUES_NOT_FOUND'
  /** A values source does not parse or does not merge. */
  | 'VALUES_INVALID'
  /** values.schema.json refuses the values. */
  | 'SCHEMA'
  /** The chart's kubeVersion excludes the cluster's. */
  | 'KUBE_VERSION'
  | 'TEMPLATE_PARSE'
  | 'TEMPLATE_EXECUTION'
  /** `fail` or `required` in a template. */
  | 'TEMPLATE_FAIL'
  /** A template ran longer, printed more or nested deeper than allowed. */
  | 'LIMIT'
  /** A rendered file is no YAML. */
  | 'MANIFEST_INVALID'
  | 'POST_RENDER'
  /** Something Helm only logs: a table overwritten by a scalar, a condition that is no boolean. */
  | 'WARNING';

/** Something to tell the user. `message` is Helm's wording without the leading "Error: ". */
export interface RenderProblem {
  readonly code: RenderProblemCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The file in the tree where known; otherwise as Helm names it. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** The template calls that led here, outermost first. */
  readonly stack?: readonly SourcePosition[];
}

/** A place in a file. */
export interface SourcePosition {
  readonly file: string;
  /** 1-based; 0 where unknown. */
  readonly line: number;
  /** 1-based; 0 where unknown. */
  readonly column: number;
}

/** One rendered object. */
export interface RenderedObject {
  readonly object: KubeObject;
  /** "chart/templates/service.yaml": what stands behind `# Source:`. */
  readonly source: string;
  /** The text of its document. */
  readonly text: string;
  /** Where its fields come from, when asked for; keys are JSON pointers ("/spec/replicas"). */
  readonly origins?: ReadonlyMap<string, FieldOrigin>;
  /** Whether it stands under crds/, not rendered and never templated. */
  readonly crd: boolean;
}

/** Where one field comes from. */
export interface FieldOrigin {
  /** The template line that wrote the value. */
  readonly template: SourcePosition;
  /** The include/template calls around it, outermost first. */
  readonly callers: readonly SourcePosition[];
  /** The values that flowed into it. */
  readonly values: readonly ValueUse[];
}

/** A value that a field was made of. */
export interface ValueUse {
  /** As templates write it: "Values.image.tag", "Chart.AppVersion", "Release.Name". */
  readonly path: string;
  /** Where it was written: values.yaml, an override, a parameter, Chart.yaml; absent for what Helm supplies. */
  readonly origin?: ValueSite;
}

/** Where a value was written. */
export interface ValueSite {
  /** A path in the tree, or the name of the values source ("--set image.tag=v2"). */
  readonly source: string;
  /** 1-based; 0 where the source has no lines. */
  readonly line: number;
  readonly column: number;
}

/** The events a hook fires on. */
export type HookEvent =
  | 'pre-install'
  | 'post-install'
  | 'pre-delete'
  | 'post-delete'
  | 'pre-upgrade'
  | 'post-upgrade'
  | 'pre-rollback'
  | 'post-rollback'
  | 'test';

/** A hook of the chart, in the order Helm prints them (by kind; run them by weight). */
export interface RenderedHook extends RenderedObject {
  readonly name: string;
  readonly kind: string;
  readonly events: readonly HookEvent[];
  readonly weight: number;
  /** "before-hook-creation", "hook-succeeded", "hook-failed". */
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
}

/** A rendered chart. With an error among `problems`, `objects` holds what could be read nevertheless, or nothing. */
export interface RenderedChart {
  readonly chart: ChartSummary | undefined;
  /** CRDs (when included) and manifests, in the order of `manifest`. */
  readonly objects: readonly RenderedObject[];
  readonly hooks: readonly RenderedHook[];
  /** What Helm stores as the release's manifest and prints before the hooks. */
  readonly manifest: string;
  readonly notes: string;
  readonly problems: readonly RenderProblem[];
  /** Paths read from the tree, files and directories, sorted: the key of a cache. */
  readonly reads: readonly string[];
  /** The user's values, merged, as a release record keeps them. */
  readonly config: JsonObject;
}

/** What is known of the chart itself. */
export interface ChartSummary {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly kubeVersion: string;
  readonly deprecated: boolean;
  /** Chart.yaml as JSON. */
  readonly metadata: Json;
}
