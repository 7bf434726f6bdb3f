import type { Json, JsonObject } from '../json.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
/** One write and what came of it. */
export interface RecordedStep {
  readonly do: string;
  readonly manager?: string;
  readonly force?: boolean;
  readonly subresource?: string;
  readonly version: string;
  readonly body: Json;
  /** The object before, where it does not read as the last step left it (another version). */
  readonly before?: JsonObject;
  readonly status: number;
  readonly object?: JsonObject;
  readonly error?: JsonObject;
}
export interface RecordedScenario {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly steps: readonly RecordedStep[];
}
export interface Recording {
  /** openAPIV3Schema by kind of custom resource. */
  readonly schemas: JsonObject;
  readonly scenarios: readonly RecordedScenario[];
}
/** Replays everything. Each failure names its scenario and step. */
export declare function checkRecording(recording: Recording): {
  checked: number;
  failed: readonly string[];
};
/** The steps, each with the object it found. */
export declare function completeSteps(scenario: RecordedScenario): readonly RecordedStep[];
/** The schema of a scenario's kind. */
export declare function schemaOf(
  recording: Recording,
  { group, version, kind }: RecordedScenario,
): FieldSchema | undefined;
