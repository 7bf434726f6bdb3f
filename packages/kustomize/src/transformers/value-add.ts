// ValueAddTransformer: one value at paths of selected resources (api:internal/builtins/ValueAddTransformer.go, v0.21.1).

import { YamlError, parseYaml, type YamlNode } from '@evenkeel/resource';
import { treeBasename } from '@evenkeel/std';

import { decode } from '../kustomization/decode.ts';
import { pluginShapes } from '../kustomization/shapes.ts';
import type { Loader } from '../loader/loader.ts';
import { setScalar } from '../nodes/edit.ts';
import { lookupCreate, splitPath } from '../nodes/paths.ts';
import { demandKind, makeScalar } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Selector } from '../resources/selector.ts';
import { setNamespace } from './namespace.ts';

interface ValueAddTarget {
  readonly selector?: Selector;
  readonly fieldPath?: string;
  readonly filePathPosition?: number;
}

/** A value, and where it goes. */
export interface ValueAdd {
  readonly value: string;
  readonly targets: readonly ValueAddTarget[];
}

/** Checks a configuration and completes it: the value defaults to the name of the root. Throws KustomizeError. */
export function valueAddOf(values: unknown, loader: Loader): ValueAdd {
  const {
    value = '',
    targets = [],
    targetFilePath = '',
  } = values as Partial<ValueAdd> & { readonly targetFilePath?: string };
  const all = targetFilePath === '' ? targets : [...targets, ...targetsOfFile(loader, targetFilePath)];
  if (all.length === 0) throw fault('must specify at least one target');
  for (const { fieldPath = '', filePathPosition = 0 } of all) {
    if (fieldPath === '') throw fault('fieldPath cannot be empty');
    if (filePathPosition < 0) throw fault(`value of FilePathPosition (${String(filePathPosition)}) cannot be negative`);
  }
  return { value: value.trim() || treeBasename(loader.rootText), targets: all };
}

function targetsOfFile(loader: Loader, path: string): readonly ValueAddTarget[] {
  const { bytes, file } = loader.load(path);
  const shape = pluginShapes['ValueAddTransformer'];
  if (shape === undefined) return [];
  try {
    const value = parseYaml(bytes, { dialect: 'sigs' }) ?? null;
    const read = decode(value, shape, { strict: false, code: 'PLUGIN' }) ?? {};
    return (read as { readonly targets?: readonly ValueAddTarget[] }).targets ?? [];
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KustomizeError('PLUGIN', error.message, { file, line: error.line, column: error.column });
  }
}

/** Puts the value at every target. */
export function addValue(map: ResourceMap, transform: ValueAdd): void {
  for (const target of transform.targets) {
    const selected = target.selector === undefined ? map.resources : map.select(target.selector);
    for (const resource of selected) {
      if (target.fieldPath === 'metadata/namespace') {
        setNamespace(resource.node, { namespace: transform.value, fieldSpecs: [] });
      } else {
        addTo(resource.node, target, transform.value);
      }
    }
  }
}

function addTo(root: YamlNode, target: ValueAddTarget, value: string): void {
  const node = lookupCreate(root, splitEscaped(target.fieldPath ?? ''), 'scalar');
  if (node === undefined) return;
  demandKind(node, 'scalar');
  const position = target.filePathPosition ?? 0;
  setScalar(node, makeScalar(position > 0 ? insertPart(node.value, position - 1, value) : value));
}

function splitEscaped(path: string): string[] {
  return path.startsWith('/') ? ['', ...splitPath(path, '/')] : splitPath(path, '/');
}

/** Inserts a part into a slash-separated path; a leading slash stays first. */
function insertPart(path: string, position: number, part: string): string {
  if (part === '') return path;
  const parts = path === '' ? [] : path.replace(/(?!^)\/$/, '').split('/');
  let at = Math.max(0, Math.min(position, parts.length));
  if (parts[0] === '' && at < parts.length) at += 1;
  const joined = [...parts.slice(0, at), part, ...parts.slice(at)].join('/');
  return joined.replace(/\/+/g, '/');
}

function fault(message: string): KustomizeError {
  return new KustomizeError('PLUGIN', message);
}
