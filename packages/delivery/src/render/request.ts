// How one source is to be rendered, in neutral terms. Plain data, because it is part of the render cache's key.

import type { Json } from '@evenkeel/resource';

/** What a directory is taken for. 'detect' looks: a plugin's, a chart, a kustomization, or plain manifests. */
export type RendererName = 'detect' | 'helm' | 'kustomize' | 'directory' | 'plugin';

/** Changes laid over a kustomization, in kustomization.yaml's own field names. */
export interface KustomizeSettings {
  /** Arguments of `kustomize edit`, run on a copy of the file one after another, before `overlay` is laid over it. */
  readonly edits?: readonly (readonly string[])[];
  /** Fields of a kustomization that builds on the directory: namespace, namePrefix, images, patches, components … */
  readonly overlay: { readonly [field: string]: Json };
  /** Components of the overlay that are not there are left out. */
  readonly ignoreMissingComponents?: boolean;
  /** Where there is no kustomization file, take every manifest below the directory. */
  readonly generate: boolean;
  readonly build?: KustomizeBuildSettings;
}

/** What the flags of `kustomize build` say. */
export interface KustomizeBuildSettings {
  readonly loadRestrictor?: 'rootOnly' | 'none';
  readonly reorder?: 'legacy' | 'none';
  readonly managedByLabel?: boolean;
  /** Charts named in kustomizations are rendered; the cluster's versions where none are given here. */
  readonly helm?: { readonly kubeVersion?: string | undefined; readonly apiVersions: readonly string[] };
}

/** How a chart is rendered. */
export interface HelmSettings {
  readonly releaseName: string;
  readonly namespace: string;
  /** Paths below the chart, from the root of the tree ('/…'), globs of either, or URLs. */
  readonly valueFiles: readonly string[];
  readonly ignoreMissingValueFiles: boolean;
  /** Values as YAML text, over the files. */
  readonly values?: string | undefined;
  readonly valuesObject?: Json | undefined;
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly forceString: boolean }[];
  readonly fileParameters: readonly { readonly name: string; readonly path: string }[];
  readonly skipCrds: boolean;
  readonly skipTests: boolean;
  readonly skipSchemaValidation: boolean;
  readonly kubeVersion?: string | undefined;
  readonly apiVersions: readonly string[];
}

/** A chart about which nothing is said. */
export const emptyHelmSettings: HelmSettings = {
  releaseName: '',
  namespace: '',
  valueFiles: [],
  ignoreMissingValueFiles: false,
  parameters: [],
  fileParameters: [],
  skipCrds: false,
  skipTests: false,
  skipSchemaValidation: false,
  apiVersions: [],
};

/** Which plain manifests are taken. */
export interface DirectorySettings {
  readonly recurse: boolean;
  /** Globs over paths relative to the directory; '' means no filter. */
  readonly include: string;
  readonly exclude: string;
  /** Files of any name are manifests, not only .yaml, .yml, .json and .jsonnet. */
  readonly anyExtension?: boolean;
  /** Files of Jsonnet are left out where it is false. */
  readonly jsonnet?: JsonnetSettings | false;
  /** How large all manifests may be together; 0 for any size, 10 MB where nothing is said. */
  readonly bytesMax?: number;
}

/** What Jsonnet files are given. */
export interface JsonnetSettings {
  readonly extVars: readonly JsonnetVariable[];
  readonly topLevel: readonly JsonnetVariable[];
  /** Directories from the root of the tree. */
  readonly libraries: readonly string[];
}

export interface JsonnetVariable {
  readonly name: string;
  readonly value: string;
  /** The value is Jsonnet, not text. */
  readonly code: boolean;
}

/** Which plugin, and what it is told. */
export interface PluginSettings {
  /** '' where the plugin finds out itself that it is meant. */
  readonly name: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** Directories from the root of the tree that the plugin sees besides its own. */
  readonly paths: readonly string[];
  /** All there are. */
  readonly declared: readonly PluginDefinition[];
}

/** A program that prints manifests. Commands are a program and its arguments; no shell reads them. */
export interface PluginDefinition {
  readonly name: string;
  readonly init?: readonly string[];
  readonly generate: readonly string[];
  /** How the plugin knows a directory it is meant for; never, where nothing is said. The first that is set counts. */
  readonly discover?: { readonly fileName?: string; readonly glob?: string; readonly command?: readonly string[] };
  /** Programs among the files stay executable. */
  readonly preserveFileMode: boolean;
  /** Paths that it does not see: with a "/" as doublestar reads them, else names at the root of the repository. */
  readonly hides?: readonly string[];
  /** `generate` may reach the source's own repository with the source's credentials. */
  readonly lendsCredentials?: boolean;
}

/** Everything a render depends on besides the files. */
export interface RenderRequest {
  readonly renderer: RendererName;
  readonly kustomize: KustomizeSettings;
  readonly helm: HelmSettings;
  readonly directory: DirectorySettings;
  readonly plugin?: PluginSettings;
  /** Renderers that are switched off: what they would read is taken for plain manifests. */
  readonly disabled?: readonly ('helm' | 'kustomize')[];
}
