// What one version of a CustomResourceDefinition says about its objects.

import type { JsonObject } from '@evenkeel/resource';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  readonly jsonPath: string;
}

/** Where the scale subresource reads and writes. Paths are simple: ".spec.replicas". */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath: string | undefined;
}

/** A custom type at one version. */
export interface CustomType {
  /** apiVersion that its objects are stored at. */
  readonly storedApiVersion: string;
  /** Name of the CustomResourceDefinition. */
  readonly crd: string;
  readonly schema: JsonObject | undefined;
  /** The schema of the version that its objects are stored at. */
  readonly storedSchema: JsonObject | undefined;
  readonly preserveUnknown: boolean;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly columns: readonly PrinterColumn[];
  readonly selectableFields: readonly string[];
  /** Set where using this version should warn. */
  readonly deprecationWarning: string | undefined;
}
