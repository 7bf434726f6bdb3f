import type { Json } from '../json.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
/** A type reference, resolved when looked at so that recursive types end. */
export interface TypeRef {
  readonly atom: Atom;
}
/** The forms a value may take; one or all three. */
export interface Atom {
  readonly scalar: ScalarKind | undefined;
  readonly list: ListAtom | undefined;
  readonly map: MapAtom | undefined;
  /** A resource quantity, of which many texts mean the same. */
  readonly quantity?: boolean;
}
export type ScalarKind = 'numeric' | 'string' | 'boolean' | 'untyped';
/** `keys` empty and not atomic: a set of scalars. */
export interface ListAtom {
  readonly atomic: boolean;
  readonly keys: readonly string[];
  readonly element: TypeRef;
}
export interface MapAtom {
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, MapField>;
  /** Type of undeclared members; undefined where they are not allowed. */
  readonly element: TypeRef | undefined;
  /** A map of which nothing is declared: its ownership is not reconciled with schema changes. */
  readonly deduced: boolean;
}
export interface MapField {
  readonly type: TypeRef;
  readonly default: Json | undefined;
}
/** The type of a value of this schema; the deduced type where there is none. */
export declare function typeOfSchema(schema: FieldSchema | undefined): TypeRef;
/** The type of a member of a map; undefined where the map has no such member. */
export declare function memberType(map: MapAtom, name: string): TypeRef | undefined;
/** Which form of the atom a value takes: 'any' where it fits none or there is no value to tell by. */
export declare function formOf(atom: Atom, value: Json | undefined): Form;
export type Form = 'scalar' | 'list' | 'map' | 'any';
/** What a value is handled as: maps before scalars before lists where the form is open. */
export declare function handledForm(atom: Atom, form: Form): 'scalar' | 'list' | 'map' | undefined;
/** Anything, each list and map one atom. */
export declare const untypedType: TypeRef;
/** Anything: maps member by member, lists as a whole. */
export declare const deducedType: TypeRef;
/** The type of what is not in the schema: no form at all. */
export declare const unknownType: TypeRef;
