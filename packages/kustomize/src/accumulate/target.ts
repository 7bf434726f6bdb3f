// One kustomization on its way to resources: load what it names, generate, include components, transform
// (api:internal/target/kusttarget.go, v0.21.1).

import { parseYaml } from '@evenkeel/resource';

import { configOf, defaultConfig, mergeConfigs } from '../config/transformer-config.ts';
import { crdConfig } from '../config/crds.ts';
import { DecodeError, decode } from '../kustomization/decode.ts';
import { type LoadedKustomization, loadKustomization } from '../kustomization/load.ts';
import { transformerConfigShape } from '../kustomization/shapes.ts';
import type { ConfigEntries, Kustomization } from '../kustomization/types.ts';
import type { Loader } from '../loader/loader.ts';
import { schemasFromOpenApi } from '../patches/merge-schema.ts';
import { KustomizeError, prefixed, reworded } from '../problems.ts';
import { bindVars, varsText } from '../references/vars.ts';
import { resourcesFromText } from '../resources/factory.ts';
import { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';
import { Accumulator } from './accumulator.ts';
import { builtinGenerators, builtinTransformers } from './builtins.ts';
import {
  type Origin,
  addGeneratorOrigin,
  addTransformerOrigin,
  annotateLoaded,
  appendOrigin,
  setOrigin,
} from './origin.ts';
import { type PluginStep, loadGenerators, loadTransformers, sameAfterValidation } from './plugins.ts';
import type { Session } from './session.ts';

/** What a level inherits from the one that names it. */
export interface Inherited {
  readonly origin: Origin | undefined;
  readonly helmNamespace: string;
  readonly buildMetadata: readonly string[];
}

/** One kustomization. */
export class Target {
  readonly session: Session;
  readonly loader: Loader;
  readonly loaded: LoadedKustomization;
  readonly inherited: Inherited;
  /** Where resources of this level come from; undefined where nobody asked. */
  origin: Origin | undefined;

  private constructor(session: Session, loader: Loader, inherited: Inherited) {
    this.session = session;
    this.loader = loader;
    this.inherited = inherited;
    this.origin = inherited.origin;
    this.loaded = loadKustomization(loader);
    session.warnings.push(...this.loaded.warnings);
  }

  /** Reads the kustomization of a root that a build starts from. */
  static open(session: Session, loader: Loader): Target {
    const target = new Target(session, loader, { origin: undefined, helmNamespace: '', buildMetadata: [] });
    if ((target.kustomization.buildMetadata ?? []).length > 0) target.origin = {};
    target.#chooseSchemas();
    return target;
  }

  get kustomization(): Kustomization {
    return this.loaded.file;
  }

  /** Namespace that charts of this level and below go to. */
  get helmNamespace(): string {
    return this.kustomization.namespace || this.inherited.helmNamespace;
  }

  #chooseSchemas(): void {
    const { session } = this;
    const openapi = this.kustomization.openapi;
    const path = openapi?.['path'];
    const bytes = path === undefined ? undefined : this.loader.load(path).bytes;
    if (session.schemasChosen || openapi === undefined) return;
    const version = openapi['version'];
    if (bytes !== undefined) {
      if (version !== undefined) {
        throw new KustomizeError('CONFIGURATION', 'builtin version and custom schema provided, cannot use both');
      }
      session.schemas = schemasFromOpenApi(parseYaml(bytes, { dialect: 'sigs' }) ?? null);
      session.schemasChosen = true;
    } else if (version !== undefined && version !== '') {
      if (version !== 'v1.21.2') {
        throw new KustomizeError('CONFIGURATION', 'the specified OpenAPI version is not built in');
      }
      session.schemasChosen = true;
    }
  }

  /** Gathers everything of this level into `into`. Throws KustomizeError. */
  accumulate(into: Accumulator): Accumulator {
    const file = this.kustomization;
    const gathered = this.#wrapped('accumulating resources', () =>
      this.accumulateResources(into, file.resources ?? []),
    );
    gathered.mergeConfig(this.#configuration());
    this.#wrapped(`loading CRDs [${(file.crds ?? []).join(' ')}]`, () =>
      gathered.mergeConfig(crdConfig(this.loader, file.crds ?? [])),
    );
    this.#runGenerators(gathered);
    const joined = this.#wrapped('accumulating components', () => this.#accumulateComponents(gathered));
    this.#runTransformers(joined);
    this.#runValidators(joined);
    this.#wrapped(`merging vars ${varsText(file.vars ?? [])}`, () =>
      bindVars(joined.map, joined.vars, file.vars ?? []),
    );
    return joined;
  }

  #wrapped<Value>(prefix: string, action: () => Value): Value {
    try {
      return action();
    } catch (error) {
      throw prefixed(error, prefix, { file: this.loaded.path });
    }
  }

  #configuration(): typeof defaultConfig {
    let config = defaultConfig;
    for (const path of this.kustomization.configurations ?? []) {
      const { bytes, file } = this.loader.load(path);
      try {
        const value = parseYaml(bytes, { dialect: 'sigs', strict: true }) ?? null;
        const entries = decode(value, transformerConfigShape, { strict: true, code: 'CONFIGURATION' });
        config = mergeConfigs(config, configOf((entries ?? {}) as ConfigEntries));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        throw reworded(error, `error unmarshaling JSON: while decoding JSON: ${error.message}`, { file });
      }
    }
    return config;
  }

  /** Loads resources, each a file, a directory or an address, into `into`. */
  accumulateResources(into: Accumulator, paths: readonly string[]): Accumulator {
    let gathered = into;
    for (const path of paths) gathered = this.#accumulateResource(gathered, path);
    return gathered;
  }

  #accumulateResource(into: Accumulator, path: string): Accumulator {
    // A directory is never a file, so the refusal of the file is only worded when it is needed.
    const isDirectory = this.loader.isDirectory(path);
    const fileError = isDirectory ? undefined : this.#fileRefusal(into, path);
    if (!isDirectory && fileError === undefined) return into;
    const refusal = (): KustomizeError =>
      fileError ?? this.#fileRefusal(new Accumulator(), path) ?? directoryRefusal(path);
    let child: Loader;
    try {
      child = this.loader.child(path);
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
      const file = refusal();
      if (file.message.includes('MalformedYAMLError')) throw file;
      const inner = file.file === '' ? error : new KustomizeError(file.code, error.message, file);
      throw prefixed(inner, `accumulation err='${file.message}'`);
    }
    try {
      return this.#accumulateDirectory(into, child, { path, isComponent: false });
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
      throw prefixed(error, `accumulation err='${refusal().message}'`);
    }
  }

  /** Loads the path as a file; why it is none, or undefined where it is one. */
  #fileRefusal(into: Accumulator, path: string): KustomizeError | undefined {
    try {
      this.#accumulateFile(into, path);
      return undefined;
    } catch (error) {
      if (!(error instanceof KustomizeError) || error.code === 'LIMIT') throw error;
      return error;
    }
  }

  #accumulateFile(into: Accumulator, path: string): void {
    const resources = this.loadResources(path);
    if (this.origin !== undefined) annotateLoaded(resources, appendOrigin(this.origin, path));
    try {
      into.map.appendAll(resources);
    } catch (error) {
      throw prefixed(error, `merging resources from '${path}'`);
    }
  }

  /** The resources of one file. */
  loadResources(path: string): Resource[] {
    try {
      const { bytes, file } = this.loader.load(path);
      const source = this.session.origins ? { file, by: 'resource' } : { file };
      try {
        const resources = resourcesFromText(bytes, source);
        // Identities must differ within the file, too.
        new ResourceMap().appendAll(resources);
        return resources;
      } catch (error) {
        if (!(error instanceof KustomizeError)) throw error;
        const malformed = error.message.includes('MalformedYAMLError');
        throw reworded(error, malformed ? `${error.message} in File: ${path}` : error.message, { file });
      }
    } catch (error) {
      throw prefixed(error, `accumulating resources from '${path}'`);
    }
  }

  #accumulateComponents(into: Accumulator): Accumulator {
    let gathered = into;
    for (const path of this.kustomization.components ?? []) {
      let child: Loader;
      try {
        child = this.loader.child(path);
      } catch (error) {
        throw quoted(error, 'loader.New ');
      }
      try {
        gathered = this.#accumulateDirectory(gathered, child, { path, isComponent: true });
      } catch (error) {
        throw quoted(error, 'accumulateDirectory: ');
      }
    }
    return gathered;
  }

  #accumulateDirectory(
    into: Accumulator,
    loader: Loader,
    how: { readonly path: string; readonly isComponent: boolean },
  ): Accumulator {
    const child = this.#openChild(loader, how.path);
    child.#chooseSchemas();
    const isComponent = child.kustomization.kind === 'Component';
    if (how.isComponent && !isComponent) {
      throw this.#kindError(
        child,
        `expected kind 'Component' for path '${loader.rootText}' but got '${child.kustomization.kind ?? ''}'`,
      );
    }
    if (!how.isComponent && isComponent) {
      throw this.#kindError(child, `expected kind != 'Component' for path '${loader.rootText}'`);
    }
    let gathered: Accumulator;
    try {
      gathered = child.accumulate(how.isComponent ? into : new Accumulator());
    } catch (error) {
      throw prefixed(error, `recursed accumulation of path '${loader.rootText}'`);
    }
    try {
      const target = how.isComponent ? new Accumulator() : into;
      target.mergeAccumulator(gathered);
      return target;
    } catch (error) {
      throw prefixed(error, `recursed merging from path '${loader.rootText}'`);
    }
  }

  #kindError(child: Target, message: string): KustomizeError {
    return new KustomizeError('INVALID_KUSTOMIZATION', message, { file: child.loaded.path, line: 1, column: 1 });
  }

  #openChild(loader: Loader, path: string): Target {
    try {
      const origin = this.origin === undefined ? undefined : appendOrigin(this.origin, path);
      return new Target(this.session, loader, {
        origin,
        helmNamespace: this.helmNamespace,
        buildMetadata: this.inherited.buildMetadata,
      });
    } catch (error) {
      throw prefixed(error, `couldn't make target for path '${loader.rootText}'`);
    }
  }

  #runGenerators(into: Accumulator): void {
    const steps = builtinGenerators(this);
    try {
      steps.push(...loadGenerators(this, this.configureExternal(this.kustomization.generators ?? [], 'generators')));
    } catch (error) {
      throw prefixed(error, 'loading generator plugins');
    }
    for (const step of steps) {
      const resources = step.generate();
      if (step.origin !== undefined) addGeneratorOrigin(resources, step.origin);
      try {
        into.map.absorbAll(resources);
      } catch (error) {
        throw prefixed(error, 'merging from generator');
      }
    }
  }

  /** The resources that configure plugins: inline texts, files and directories. */
  configureExternal(
    entries: readonly string[],
    field: 'generators' | 'transformers' | 'validators',
  ): readonly Resource[] {
    const gathered = new Accumulator();
    const paths: string[] = [];
    for (const [index, entry] of entries.entries()) {
      const inline = this.#inlineConfig(entry, [field, index]);
      if (inline === undefined) paths.push(entry);
      else gathered.map.appendAll(inline);
    }
    return this.accumulateResources(gathered, paths).map.resources;
  }

  #inlineConfig(text: string, path: readonly (string | number)[]): readonly Resource[] | undefined {
    try {
      const resources = resourcesFromText(text, { file: this.loaded.path });
      new ResourceMap().appendAll(resources);
      const origin = this.origin;
      if (origin !== undefined) {
        for (const resource of resources) setOrigin(resource, appendOrigin(origin, this.loaded.fileName));
      }
      if (this.session.origins) this.loaded.place(path);
      return resources;
    } catch (error) {
      if (error instanceof KustomizeError) return undefined;
      throw error;
    }
  }

  #runTransformers(into: Accumulator): void {
    const builtin = builtinTransformers(this, into.config);
    const external = loadTransformers(
      this,
      this.configureExternal(this.kustomization.transformers ?? [], 'transformers'),
    );
    for (const step of [...builtin, ...external]) runTransformer(into.map, step);
  }

  #runValidators(into: Accumulator): void {
    const entries = this.kustomization.validators ?? [];
    if (entries.length === 0) return;
    for (const step of loadTransformers(this, this.configureExternal(entries, 'validators'))) {
      const before = into.map.resources.map((resource) => resource.deepCopy());
      step.transform(into.map);
      sameAfterValidation(before, into.map.resources);
    }
  }
}

function runTransformer(map: ResourceMap, step: PluginStep): void {
  step.transform(map);
  if (step.origin !== undefined) addTransformerOrigin(map, step.origin);
  map.dropEmpties();
}

function directoryRefusal(path: string): KustomizeError {
  return new KustomizeError('NOT_FOUND', `accumulating resources from '${path}': must resolve to a file`);
}

/** Go's %q around an error's text. */
function quoted(error: unknown, prefix: string): unknown {
  return error instanceof KustomizeError ? reworded(error, prefix + JSON.stringify(error.message)) : error;
}
