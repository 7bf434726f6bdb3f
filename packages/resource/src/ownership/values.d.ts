import type { Json, JsonObject } from '../json.ts';
/** A JSON object, not null and not a list. */
export declare function isMap(value: Json | undefined): value is JsonObject;
/** A JSON list. */
export declare function isList(value: Json | undefined): value is readonly Json[];
/** A string, number or boolean; neither null nor absent. */
export declare function isScalar(value: Json | undefined): boolean;
/** An object with no members; `undefined` members count as absent. */
export declare function isEmptyMap(value: JsonObject): boolean;
/** Deep equality of JSON, whatever the order of keys; 1 and 1n are one number. */
export declare function equalValues(a: Json | undefined, b: Json | undefined): boolean;
/** The value as Go's %v prints what a YAML or JSON decoder made of it. */
export declare function goPrint(value: Json | undefined): string;
/** The name of the Go type a decoder gives the value. */
export declare function goType(value: Json | undefined): string;
/** A scalar or tree in Go syntax (%#v), for the texts of type errors. */
export declare function goSyntax(value: Json | undefined): string;
/** A string as Go's %q prints it. */
export declare function goQuote(text: string): string;
