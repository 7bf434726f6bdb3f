// Editing lists of paths and options: resources, components, generators, transformers, buildMetadata
// (kustomize:commands/edit/add, remove, set, v5.8.1).

import type { FileTree } from '@evenkeel/std';

import { parseRepoSpec } from '../loader/repo-spec.ts';
import { EditError } from './edit-error.ts';
import { globTree, matchGlob } from './glob.ts';
import type { EditableKustomization } from './kustomization-file.ts';

/** What an edit may ask and tell. */
export interface EditScene {
  readonly tree: FileTree;
  readonly kustomizationPath: string;
  /** Tells the user something that is no error. */
  readonly note: (message: string) => void;
}

type PathField = 'resources' | 'components' | 'generators' | 'transformers';

/** Adds what the patterns name; what is there already is noted and skipped. */
export function addPaths(
  file: EditableKustomization,
  field: PathField,
  paths: readonly string[],
  scene: EditScene,
): void {
  const present = [...(file[field] ?? [])];
  for (const path of paths) {
    if (path === scene.kustomizationPath && (field === 'resources' || field === 'components')) continue;
    if (present.includes(path)) scene.note(`${field.slice(0, -1)} ${path} already in kustomization file`);
    else present.push(path);
  }
  file[field] = present;
}

/** The files that patterns name; a pattern without a match is noted. */
export function expandPatterns(patterns: readonly string[], scene: Pick<EditScene, 'tree' | 'note'>): string[] {
  return patterns.flatMap((pattern) => {
    const found = globTree(scene.tree, pattern);
    if (found.length === 0) scene.note(`${pattern} has no match`);
    return found;
  });
}

/** The files or roots that patterns name. Throws EditError for what is neither. */
export function expandRoots(
  patterns: readonly string[],
  scene: Pick<EditScene, 'tree'> & { readonly displayRoot: string },
): string[] {
  return patterns.flatMap((pattern) => {
    const found = globTree(scene.tree, pattern);
    if (found.length > 0) return found;
    if (parseRepoSpec(pattern) !== undefined) return [pattern];
    const shown = `${scene.displayRoot}/${pattern}`;
    throw new EditError(
      `${pattern} has no match: must build at directory: not a valid directory: evalsymlink failure on '${shown}' : lstat ${shown}: no such file or directory`,
    );
  });
}

/** Adds base directories, separated by commas. */
export function addBases(file: EditableKustomization, argument: string, tree: FileTree): void {
  const resources = [...(file.resources ?? [])];
  for (const path of argument.split(',')) {
    if (globTree(tree, path).length === 0) throw new EditError(`${path} does not exist`);
    if (resources.includes(path)) throw new EditError(`base ${path} already in kustomization file`);
    resources.push(path);
  }
  file.resources = resources;
}

/** Removes the entries that patterns match. False where none does. */
export function removePaths(
  file: EditableKustomization,
  field: 'resources' | 'transformers',
  patterns: readonly string[],
): boolean {
  const present = file[field] ?? [];
  const kept = present.filter((path) => !patterns.some((pattern) => matchGlob(pattern, path)));
  file[field] = kept;
  return kept.length < present.length;
}

const BUILD_METADATA = ['originAnnotations', 'transformerAnnotations', 'managedByLabel'];

/** The options in a comma-separated argument. Throws EditError for an unknown one. */
export function buildMetadataOptions(args: readonly string[]): string[] {
  const [argument] = args;
  if (argument === undefined) throw new EditError('must specify a buildMetadata option');
  if (args.length > 1) {
    const list = args.join(' ');
    throw new EditError(
      `too many arguments: [${list}]; to provide multiple buildMetadata options, please separate options by comma`,
    );
  }
  const options = argument.split(',');
  const unknown = options.find((option) => !BUILD_METADATA.includes(option));
  if (unknown !== undefined) throw new EditError(`invalid buildMetadata option: ${unknown}`);
  return options;
}

/** Adds options; one that is there already is an error. */
export function addBuildMetadata(file: EditableKustomization, options: readonly string[]): void {
  const present = [...(file.buildMetadata ?? [])];
  for (const option of options) {
    if (present.includes(option)) throw new EditError(`buildMetadata option ${option} already in kustomization file`);
    present.push(option);
  }
  file.buildMetadata = present;
}

/** Removes options. */
export function removeBuildMetadata(file: EditableKustomization, options: readonly string[]): void {
  file.buildMetadata = (file.buildMetadata ?? []).filter((option) => !options.includes(option));
}
