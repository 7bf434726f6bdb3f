// The annotations in which kustomize keeps its notes during a build. They live in the object itself, because patches and
// users can see and change them; what is left of them is removed at the end (api:resource/resource.go, v0.21.1).

export const PREVIOUS_KINDS = 'internal.config.kubernetes.io/previousKinds';
export const PREVIOUS_NAMES = 'internal.config.kubernetes.io/previousNames';
export const PREVIOUS_NAMESPACES = 'internal.config.kubernetes.io/previousNamespaces';
export const PREFIXES = 'internal.config.kubernetes.io/prefixes';
export const SUFFIXES = 'internal.config.kubernetes.io/suffixes';
export const REFERRED_BY = 'internal.config.kubernetes.io/refBy';
export const GENERATOR_BEHAVIOR = 'internal.config.kubernetes.io/generatorBehavior';
export const NEEDS_HASH_SUFFIX = 'internal.config.kubernetes.io/needsHashSuffix';
export const ALLOW_NAME_CHANGE = 'internal.config.kubernetes.io/allowNameChange';
export const ALLOW_KIND_CHANGE = 'internal.config.kubernetes.io/allowKindChange';
export const HELM_GENERATED = 'internal.config.kubernetes.io/helm-generated';
export const ORIGIN = 'config.kubernetes.io/origin';
export const TRANSFORMATIONS = 'alpha.config.kubernetes.io/transformations';
export const LOCAL_CONFIG = 'config.kubernetes.io/local-config';

export const INTERNAL_PREFIX = 'internal.config.kubernetes.io/';

/** What is removed from every object at the end of a build. */
export const BUILD_ANNOTATIONS: ReadonlySet<string> = new Set([
  PREVIOUS_KINDS,
  PREVIOUS_NAMES,
  PREFIXES,
  SUFFIXES,
  PREVIOUS_NAMESPACES,
  ALLOW_NAME_CHANGE,
  ALLOW_KIND_CHANGE,
  REFERRED_BY,
  GENERATOR_BEHAVIOR,
  NEEDS_HASH_SUFFIX,
  'internal.config.kubernetes.io/path',
  'internal.config.kubernetes.io/index',
  'internal.config.kubernetes.io/seqindent',
  'internal.config.kubernetes.io/id',
  'internal.config.kubernetes.io/annotations-migration-resource-id',
  'config.kubernetes.io/path',
  'config.kubernetes.io/index',
  'config.k8s.io/id',
  HELM_GENERATED,
]);
