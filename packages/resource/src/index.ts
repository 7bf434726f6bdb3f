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
export type { FieldSchema, ResourceType, SchemaType, SubresourceType } from './schema/field-schema.ts';
export type {
  Applied,
  ApplyConflict,
  ApplyError,
  ApplyRequest,
  FieldChange,
  FieldOwner,
  FieldPath,
  UpdateRequest,
  VersionConverter,
} from './ownership/types.ts';
export { builtinDefinition, builtinSchema, builtinTypes, builtinVersion } from './schema/builtin.ts';
export { schemaFromCrd } from './schema/crd-schema.ts';
export { type ParseYamlOptions, parseYaml, parseYamlDocuments, parseYamlNodes, yamlNodeToJson } from './yaml/load.ts';
export type { YamlDialect } from './yaml/scan-state.ts';
export { type EmitYamlOptions, emitSigsYaml, emitYamlNodes, emitYamlV3, jsonToYamlNode } from './yaml/emit.ts';
export { serverSideApply } from './ownership/apply.ts';
export { updateOwnership } from './ownership/update.ts';
export { fieldSetOf } from './ownership/fields-of.ts';
export { sharedFields } from './ownership/shared-fields.ts';
export { type StringifyJsonOptions, parseJson, stringifyJson } from './json-text.ts';
export { type ApplyPreview, type PreviewRequest, wouldApplyChange } from './ownership/preview.ts';
export { fieldPathOf, ownersOf, valueAtPath } from './ownership/owners.ts';
export { type UpgradeOptions, findFieldsOwners, upgradeManagedFields } from './ownership/csa-upgrade.ts';
export {
  type FieldSet,
  emptySet,
  equalSets,
  hasPath,
  intersectSets,
  isEmptySet,
  pathsOf,
  setFromFieldsV1,
  setOfPaths,
  setToFieldsV1,
  subtractSet,
  subtractSetRecursively,
  uniteSets,
} from './ownership/field-set.ts';
export { printPath } from './ownership/path-element.ts';
export {
  type Quantity,
  type QuantityError,
  type QuantityFormat,
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityToNumber,
  quantityValue,
} from './quantity.ts';
export { strategicMerge } from './strategic-merge.ts';
export { StrategicMergeError, type StrategicMergeErrorCode } from './strategic-merge-meta.ts';
export { type ThreeWayRequest, createThreeWayMergePatch, createTwoWayMergePatch } from './strategic-merge-diff.ts';
export {
  type LabelSelector,
  type LabelSelectorTerms,
  type SelectorOperator,
  type SelectorRequirement,
  formatLabelSelector,
  labelSelectorTerms,
  matchesLabels,
  parseLabelSelector,
  requirement as selectorRequirement,
} from './selector.ts';
export { type FieldRequirement, formatFieldSelector, matchesFields, parseFieldSelector } from './selector-fields.ts';
export { labelKeyErrors, labelValueErrors, subdomainErrors } from './selector-validation.ts';
export {
  type OpenApiVersion,
  builtinDefinitionJson,
  builtinGroupVersions,
  builtinOpenApiV3,
  crdDefinitions,
  definitionNameOf,
  openApiV2,
  openApiV3,
} from './schema/openapi.ts';
export { type ReplicasPaths, parentManagedFields, scaleManagedFields } from './ownership/scale.ts';
export { lastAppliedAnnotation } from './ownership/last-applied.ts';
export { applyJsonMergePatch, createJsonMergePatch, jsonEquals } from './json-merge-patch.ts';
export {
  JsonPatchError,
  type JsonPatchErrorCode,
  type JsonPatchOp,
  type JsonPatchOperation,
  type JsonPatchOptions,
  applyJsonPatch,
  decodeJsonPatch,
} from './json-patch.ts';
export { formatJsonPointer, getJsonPointer, parseJsonPointer } from './json-pointer.ts';
export { type YamlPart, splitYamlDocuments } from './yaml/split.ts';
export { isMap } from './ownership/values.ts';
