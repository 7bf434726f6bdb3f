import type { JsonObject } from '../json.ts';
import type { FieldSchema } from './field-schema.ts';
/**
 * The schema of a custom resource from `spec.versions[].schema.openAPIV3Schema`. Value validations (pattern, minimum,
 * x-kubernetes-validations, …) stay readable in `source`. Never fails: what is not understood is left out, as structural
 * validation is the API server's own step.
 */
export declare function schemaFromCrd(openAPIV3Schema: JsonObject): FieldSchema;
