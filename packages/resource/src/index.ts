// The contract of @evenkeel/resource.
export type { Json, JsonObject } from './json.ts';
export {
  type GroupKind,
  type GroupVersionKind,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  formatApiVersion,
  gvkOf,
  parseApiVersion,
  refKey,
  refOf,
} from './object.ts';
export { YamlError, type YamlErrorCode, type YamlKind, type YamlNode, type YamlStyle } from './yaml/node.ts';
