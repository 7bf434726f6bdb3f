// What a rendering may ask of the outside. Everything is synchronous: what is not there yet is thrown for (Needed).

import type { LookupQuery, RenderHost } from '@evenkeel/helm';
import type { Remote } from '@evenkeel/kustomize';
import type { JsonObject } from '@evenkeel/resource';
import type { FileTree } from '@evenkeel/std';
import type { PluginDefinition, PluginSettings } from './request.ts';

/** What the cluster says of itself to a chart, and how it answers `lookup`. */
export interface ChartWorld {
  /** '' for what the engine takes where nothing is said. */
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  readonly host: Omit<RenderHost, 'lookup'>;
  readonly lookup: (query: LookupQuery) => JsonObject | undefined;
}

/** A chart by name, as a kustomization names it. */
export interface NamedChart {
  readonly name: string;
  /** '' for the newest. */
  readonly version: string;
  /** `https://…` or `oci://…` */
  readonly repository: string;
}

/** Everything from outside. What is absent is refused by name where a source needs it. */
export interface RenderWorld extends ChartWorld {
  /** The content behind a URL. */
  readonly remoteFile?: (url: string) => Uint8Array;
  /** What `helm dependency build` puts below a chart, by path relative to it. */
  readonly dependencies?: (tree: FileTree, directory: string) => Readonly<Record<string, Uint8Array>>;
  /** An unpacked chart; its root holds Chart.yaml. */
  readonly chart?: (chart: NamedChart) => FileTree;
  /** Bases and files of kustomizations that are elsewhere. */
  readonly remote?: Remote;
  readonly plugins?: PluginHost;
}

/** Programs that render. */
export interface PluginHost {
  /** Whether a plugin's own command says that it takes a directory. */
  takes(directory: string, plugin: PluginDefinition, settings: PluginSettings): boolean;
  /** What the plugin printed. */
  generate(directory: string, plugin: PluginDefinition, settings: PluginSettings): string;
}
