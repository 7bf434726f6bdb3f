import { type GroupVersionKind } from '../object.ts';
import type { FieldSchema, ResourceType } from './field-schema.ts';
import type { PackedTable } from './packed.ts';
/** The schema of a built-in kind (also of lists and of request kinds such as DeleteOptions), or undefined. */
export declare function builtinSchema(gvk: GroupVersionKind): FieldSchema | undefined;
/** The schema of a named definition ("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"), or undefined. */
export declare function builtinDefinition(name: string): FieldSchema | undefined;
/** Every resource type a stock kube-apiserver serves, in discovery order: groups, then preferred version first. */
export declare function builtinTypes(): readonly ResourceType[];
/** The Kubernetes version the facts were read from ("v1.35.4"). */
export declare function builtinVersion(): string;
/** The parsed table itself; for the modules of this directory. */
export declare function builtinTable(): PackedTable;
/** Where a definition is in the table; for the modules of this directory. */
export declare function nameIndex(): ReadonlyMap<string, number>;
/** "apps/v1/Deployment" to the index of its definition; for the modules of this directory. */
export declare function kindIndex(): ReadonlyMap<string, number>;
