// JSON as Kubernetes uses it. Integers beyond 2^53 are bigints (Go's int64/uint64 are exact); everything else is a number.

/** A JSON value. `undefined` members are absent when written. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** A JSON object. Values read from files and clusters are treated as immutable: copy, never write in place. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
