import type { Json } from '../json.ts';
/** The step to a named field. */
export declare function fieldStep(name: string): string;
/** The step to a member of a set. */
export declare function valueStep(value: Json): string;
/** The step to a list item by its keys, given in order of their names. */
export declare function keyStep(keys: readonly (readonly [name: string, value: Json])[]): string;
/** Canonical text of a step read from outside; undefined where its kind is unknown (such steps are dropped upstream). */
export declare function canonicalStep(text: string): string | undefined;
/** The keys of a "k:" step, in order of their names. */
export declare function keysOf(step: string): (readonly [name: string, value: Json])[];
/** The order in which Kubernetes writes steps: names, keys, values, indexes; each in its own order. */
export declare function compareSteps(a: string, b: string): number;
/** The path as Kubernetes prints it: `.spec.containers[name="web"].image`. */
export declare function printPath(path: readonly string[]): string;
/** One step as Kubernetes prints it. */
export declare function printStep(step: string): string;
/** Order of the bytes of the texts in UTF-8, which is what Go compares by; UTF-16 differs beyond the basic plane. */
export declare function compareTexts(a: string, b: string): number;
