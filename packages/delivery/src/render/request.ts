// How one source is to be rendered, in neutral terms. Plain data, because it is part of the render cache's key.

import type { Json } from '@evenkeel/resource';

/** What a directory is taken for. 'detect' looks: a chart, a kustomization, or plain manifests. */
export type RendererName = 'detect' | 'helm' | 'kustomize' | 'directory';

/** Changes laid over a kustomization, in kustomization.yaml's own field names. */
export interface KustomizeSettings {
  /** Fields of a kustomization that builds on the directory: namespace, namePrefix, images, patches, components … */
  readonly overlay: { readonly [field: string]: Json };
  /** Where there is no kustomization file, take every manifest below the directory. */
  readonly generate: boolean;
}

/** How a chart is rendered. */
export interface HelmSettings {
  readonly releaseName: string;
  readonly namespace: string;
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

/** Which plain manifests are taken. */
export interface DirectorySettings {
  readonly recurse: boolean;
  /** Globs over paths relative to the directory; '' means no filter. */
  readonly include: string;
  readonly exclude: string;
}

/** Everything a render depends on besides the files. */
export interface RenderRequest {
  readonly renderer: RendererName;
  readonly kustomize: KustomizeSettings;
  readonly helm: HelmSettings;
  readonly directory: DirectorySettings;
}
