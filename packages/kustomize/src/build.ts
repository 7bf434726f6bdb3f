// The main export: renders a kustomization of a virtual file tree (api:krusty/kustomizer.go, v0.21.1).

import { type JsonObject, type KubeObject, YamlError, emitYamlNodes, parseYaml } from '@evenkeel/resource';
import type { FileTree } from '@evenkeel/std';

import { Accumulator } from './accumulate/accumulator.ts';
import type { Session } from './accumulate/session.ts';
import { Target } from './accumulate/target.ts';
import { fieldSpec } from './config/field-specs.ts';
import type { HelmRenderer } from './generators/helm.ts';
import { type LoadContext, type LoadRestrictor, Loader, type Remote } from './loader/loader.ts';
import { nodeJson } from './nodes/json.ts';
import { type FieldOrigin, fieldOrigins } from './output/field-origins.ts';
import { goSyntax } from './output/go-syntax.ts';
import { printObject } from './output/print.ts';
import { builtinSchemas } from './patches/merge-schema.ts';
import { KustomizeError, type Problem, reworded } from './problems.ts';
import { fixNameReferences } from './references/name-references.ts';
import { resolveVars } from './references/vars.ts';
import { LOCAL_CONFIG, ORIGIN, TRANSFORMATIONS } from './resources/build-annotations.ts';
import type { ResourceMap } from './resources/resource-map.ts';
import type { Resource } from './resources/resource.ts';
import { addHashSuffixes } from './transformers/hash.ts';
import { setPairs } from './transformers/labels.ts';
import { sortResources } from './transformers/sort.ts';

/** What a build may be told. */
export interface BuildOptions {
  /** Say for every leaf field where its value came from. */
  readonly origins?: boolean;
  /** Which files a root may read; 'rootOnly' unless told. */
  readonly loadRestrictor?: LoadRestrictor;
  /** Brings remote bases and files; without it they are refused. */
  readonly remote?: Remote;
  /** Renders helmCharts; without it they are refused. */
  readonly helm?: HelmRenderer;
  /** Order of the output where the kustomization says nothing: 'legacy' (by kind) unless told. */
  readonly reorder?: 'legacy' | 'none';
  /** Label every object as managed by kustomize, as `buildMetadata: [managedByLabel]` does. */
  readonly managedByLabel?: boolean;
  /** Put before tree paths in messages: the absolute path of the tree's root. */
  readonly displayRoot?: string;
  /** Largest file that is read; 32 MiB unless told. */
  readonly fileBytesMax?: number;
}

/** What a build yields. With problems there are no objects. */
export interface BuildResult {
  readonly objects: readonly KubeObject[];
  /** The objects as `kustomize build` prints them. */
  yaml(): string;
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
  /** The files that were read, as tree paths or addresses. */
  readonly reads: readonly string[];
  /** For each object, its leaf fields and where their values came from; empty without origins. */
  readonly origins: readonly (readonly FieldOrigin[])[];
}

const FILE_BYTES_MAX = 32 * 1024 * 1024;
/** The version of the original that this engine equals; its own build says so, too. */
const VERSION_LABEL = 'kustomize-v5.8.1';

/**
 * Renders the kustomization at `root` (a directory of the tree, or the address of a remote one). What a user can cause
 * comes back as problems; only ContentNotLoaded of a lazy tree passes through.
 */
export function build(tree: FileTree, root: string, options: BuildOptions = {}): BuildResult {
  const reads = new Set<string>();
  const session: Session = {
    origins: options.origins ?? false,
    helm: options.helm,
    warnings: [],
    schemas: builtinSchemas,
    schemasChosen: false,
  };
  const context: LoadContext = {
    restrictor: options.loadRestrictor ?? 'rootOnly',
    remote: options.remote ?? {},
    displayRoot: (options.displayRoot ?? '').replace(/\/$/, ''),
    fileBytesMax: options.fileBytesMax ?? FILE_BYTES_MAX,
    reads,
  };
  try {
    const map = customize(session, Loader.open(context, tree, root), options);
    return { ...output(map, session), warnings: session.warnings, problems: [], reads: [...reads] };
  } catch (error) {
    const problem = problemOf(error);
    return {
      objects: [],
      yaml: () => '',
      warnings: session.warnings,
      problems: [problem],
      reads: [...reads],
      origins: [],
    };
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof KustomizeError) {
    const { code, message, file, line, column } = error;
    return { code, message, file, line, column };
  }
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return { code: 'LIMIT', message: 'yaml: document is nested too deeply', file: '', line: 0, column: 0 };
  }
  throw error;
}

function customize(session: Session, loader: Loader, options: BuildOptions): ResourceMap {
  const target = Target.open(session, loader);
  const gathered = target.accumulate(new Accumulator());
  const { map } = gathered;
  addHashSuffixes(map);
  fixNameReferences(map, gathered.config.nameReference);
  session.warnings.push(...resolveVars(map, gathered.vars, gathered.config.varReference));
  dropLocal(map);
  const { sortOptions, buildMetadata = [] } = target.kustomization;
  if (sortOptions !== undefined) sortResources(map, sortOptions);
  else if (options.reorder !== 'none') sortResources(map, { order: 'legacy' });
  if (options.managedByLabel === true || buildMetadata.includes('managedByLabel')) {
    const fieldSpecs = [fieldSpec('metadata/labels', {}, true)];
    setPairs(map, { pairs: { 'app.kubernetes.io/managed-by': VERSION_LABEL }, fieldSpecs });
  }
  for (const resource of map.resources) {
    resource.removeBuildAnnotations();
    if (!buildMetadata.includes('originAnnotations')) resource.dropAnnotation(ORIGIN);
    if (!buildMetadata.includes('transformerAnnotations')) resource.dropAnnotation(TRANSFORMATIONS);
  }
  return map;
}

/** Resources marked as local configuration are not part of the output. */
function dropLocal(map: ResourceMap): void {
  const kept = map.resources.filter((resource) => {
    const local = resource.annotation(LOCAL_CONFIG);
    return !resource.isEmpty && (local === undefined || local === 'false');
  });
  if (kept.length !== map.size) map.setUnchecked(kept);
}

/** The value of an object; what cannot be printed is refused as Go refuses it when it reads its own output back. */
function printable(resource: Resource): JsonObject {
  try {
    return nodeJson(resource.node) as JsonObject;
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    try {
      parseYaml(emitYamlNodes([resource.node]), { dialect: 'v3' });
    } catch (unread) {
      if (unread instanceof YamlError) throw reworded(error, `map[string]interface {}(nil): ${unread.message}`);
      throw unread;
    }
    throw reworded(error, `${goSyntax(resource.node)}: ${error.message}`);
  }
}

function output(map: ResourceMap, session: Session): Pick<BuildResult, 'objects' | 'yaml' | 'origins'> {
  const values = map.resources.map(printable);
  const origins = session.origins ? map.resources.map((resource) => fieldOrigins(resource.node)) : [];
  let text: string | undefined;
  return {
    objects: values as unknown as readonly KubeObject[],
    yaml: () => {
      text ??= values.map(printObject).join('---\n');
      return text;
    },
    origins,
  };
}
