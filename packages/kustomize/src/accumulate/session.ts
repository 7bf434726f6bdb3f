// What all levels of one build share: options, warnings, and the schemas in force.

import type { SchemaBook } from '../patches/merge-schema.ts';
import type { HelmRenderer } from '../generators/helm.ts';

/** State of one build. */
export interface Session {
  /** Trails are kept on leaves. */
  readonly origins: boolean;
  readonly helm: HelmRenderer | undefined;
  readonly warnings: string[];
  /** The first schema that a kustomization names holds for the whole build, as in the original. */
  schemas: SchemaBook;
  schemasChosen: boolean;
}
