import type { KubeObject } from '../object.ts';
import { type FieldSet } from './field-set.ts';
import type { TypedValue } from './updater.ts';
/** The annotation's name. */
export declare const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** The annotation's text, undefined where absent or empty. */
export declare function lastAppliedOf(object: Pick<KubeObject, 'metadata'>): string | undefined;
/** Fields whose conflicts kubectl may override: those it applied client-side and that still have those values. */
export declare function allowedByLastApplied(live: TypedValue): FieldSet | undefined;
/** The object with the annotation saying what was applied; unchanged where annotations would grow too big. */
export declare function withLastApplied(object: KubeObject, applied: KubeObject): KubeObject;
