// A kustomization file that is edited: fields stay in their order, comments above a field stay with it, and each field is
// written anew (kustomize:commands/internal/kustfile/kustomizationfile.go, v5.8.1).

import { emitSigsYaml } from '@evenkeel/resource';
import type { FileTree } from '@evenkeel/std';

import { fixKustomization } from '../kustomization/fix.ts';
import { KUSTOMIZATION_FILES, decodeKustomization } from '../kustomization/load.ts';
import { kustomizationShape } from '../kustomization/shapes.ts';
import type { Kustomization } from '../kustomization/types.ts';
import { KustomizeError } from '../problems.ts';
import { encodeValue } from './encode.ts';

/** The file as data that may be changed. */
export type EditableKustomization = { -readonly [Field in keyof Kustomization]: Kustomization[Field] };

const ORDER: readonly (keyof Kustomization)[] = [
  'apiVersion',
  'kind',
  'metadata',
  'sortOptions',
  'resources',
  'bases',
  'namePrefix',
  'nameSuffix',
  'namespace',
  'crds',
  'commonLabels',
  'labels',
  'commonAnnotations',
  'patchesStrategicMerge',
  'patchesJson6902',
  'patches',
  'configMapGenerator',
  'secretGenerator',
  'helmCharts',
  'helmChartInflationGenerator',
  'helmGlobals',
  'generatorOptions',
  'vars',
  'images',
  'replacements',
  'replicas',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'components',
  'openapi',
  'buildMetadata',
];

interface CommentedField {
  readonly field: keyof Kustomization;
  comment: string;
}

/** A kustomization file open for editing. */
export interface KustomizationFile {
  /** Name of the file in its directory. */
  readonly path: string;
  readonly kustomization: EditableKustomization;
  /** The text with the present values. */
  print(): string;
}

/** Opens the kustomization file of the tree's root. Throws KustomizeError. */
export function openKustomizationFile(tree: FileTree): KustomizationFile {
  const found = KUSTOMIZATION_FILES.filter((name) => tree.stat(name) !== undefined);
  const [path] = found;
  if (path === undefined) {
    throw new KustomizeError('MISSING_KUSTOMIZATION', "Missing kustomization file 'kustomization.yaml'.\n");
  }
  if (found.length > 1) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', `Found multiple kustomization file: [${found.join(' ')}]\n`);
  }
  const bytes = tree.read(path);
  if (bytes === undefined) throw new KustomizeError('NOT_FOUND', `${path} should be a file`);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const kustomization: EditableKustomization = { ...fixKustomization(decodeKustomization(bytes, path)) };
  const fields = commentedFields(text);
  return { path, kustomization, print: () => printFields(kustomization, fields) };
}

function commentedFields(text: string): CommentedField[] {
  const fields: CommentedField[] = [];
  let comments = '';
  // A last line without a line feed is not looked at, as in the original.
  for (const line of text.split('\n').slice(0, -1)) {
    const whole = `${line}\n`;
    if (isCommentOrBlank(line)) {
      comments += whole;
      continue;
    }
    const field = fieldOfLine(line);
    const last = fields.at(-1);
    if (field !== undefined) {
      fields.push({ field, comment: comments });
      comments = '';
    } else if (comments !== '' && last !== undefined) {
      last.comment += comments;
      comments = '';
    }
  }
  return fields;
}

function isCommentOrBlank(line: string): boolean {
  const start = line.replace(/^ +/, '');
  return start === '' || start.startsWith('#');
}

function fieldOfLine(line: string): keyof Kustomization | undefined {
  const colon = line.indexOf(':');
  if (colon < 0) return undefined;
  const name = line.slice(0, colon).toLowerCase();
  return ORDER.find((field) => field.toLowerCase() === name);
}

function printFields(kustomization: Kustomization, fields: readonly CommentedField[]): string {
  let text = '';
  for (const { field, comment } of fields) text += comment + printField(kustomization, field);
  const present = new Set(fields.map(({ field }) => field));
  for (const field of ORDER) if (!present.has(field)) text += printField(kustomization, field);
  return text;
}

function printField(kustomization: Kustomization, field: keyof Kustomization): string {
  const shape = kustomizationShape.fields[field];
  const value = shape === undefined ? undefined : encodeValue(kustomization[field], shape);
  return value === undefined ? '' : emitSigsYaml({ [field]: value });
}
