// Editing single values: images, replicas, labels and annotations, patches
// (kustomize:commands/edit/set, add, remove, v5.8.1).

import { byCodePoint } from '../nodes/edit.ts';
import type { ImageEntry, LabelEntry, PatchEntry } from '../kustomization/types.ts';
import { splitImage } from '../transformers/images.ts';
import { EditError } from './edit-error.ts';
import type { EditableKustomization } from './kustomization-file.ts';

const BAD_IMAGE = `invalid format of image, use one of the following options:
- <image>=<newimage>:<newtag>
- <image>=<newimage>@<digest>
- <image>=<newimage>:<newtag>@<digest>
- <image>=<newimage>
- <image>:<newtag>
- <image>:<newtag>@<digest>
- <image>@<digest>`;

/** Sets images by arguments such as `old=new:tag`; `*` keeps a part as it is. */
export function setImages(file: EditableKustomization, args: readonly string[]): void {
  if (args.length === 0) throw new EditError('no image specified');
  const images = new Map<string, ImageEntry>();
  for (const arg of args) {
    const image = parseImage(arg);
    images.set(image.name ?? '', image);
  }
  for (const old of file.images ?? []) {
    const name = old.name ?? '';
    const wanted = images.get(name);
    images.set(name, wanted === undefined ? old : preserving(wanted, old));
  }
  const all = [...images.values()].map((image) => preserving(image, {}));
  file.images = all.sort((left, right) => byCodePoint(left.name ?? '', right.name ?? ''));
}

function parseImage(arg: string): ImageEntry {
  const equals = arg.indexOf('=');
  const { name, tag, digest } = splitImage(arg.slice(equals + 1));
  if (name === arg) throw new EditError(BAD_IMAGE);
  const parts = { newTag: tag, digest };
  return equals < 1 ? { name, ...parts } : { name: arg.slice(0, equals), newName: name, ...parts };
}

function preserving(image: ImageEntry, old: ImageEntry): ImageEntry {
  const keep = (value: string | undefined, before: string | undefined): string =>
    value === '*' ? (before ?? '') : (value ?? '');
  if (image.newName !== '*' && image.newTag !== '*' && image.digest !== '*') return image;
  return {
    name: image.name ?? '',
    newName: keep(image.newName, old.newName),
    newTag: keep(image.newTag, old.newTag),
    digest: keep(image.digest, old.digest),
  };
}

/** Sets replica counts by arguments such as `name=3`. */
export function setReplicas(file: EditableKustomization, args: readonly string[]): void {
  if (args.length === 0) throw new EditError('no replicas specified');
  const counts = new Map((file.replicas ?? []).map((entry) => [entry.name ?? '', entry]));
  for (const arg of args) {
    const [name = '', count = '', ...more] = arg.split('=');
    if (more.length > 0 || !/^[+-]?\d+$/.test(count)) {
      throw new EditError('invalid format of replica, use the following format: <name>=<count>');
    }
    counts.set(name, { name, count: Number(count) });
  }
  file.replicas = [...counts.values()].sort((left, right) => byCodePoint(left.name ?? '', right.name ?? ''));
}

/** What a label or annotation command works on. */
export type PairKind = 'label' | 'annotation';

/** Reads `key:value` arguments. Throws EditError. */
export function parsePairs(args: readonly string[], kind: PairKind): Map<string, string> {
  if (args.length === 0) throw new EditError(`must specify ${kind}`);
  const pairs = new Map<string, string>();
  for (const arg of args) {
    const colon = arg.indexOf(':');
    if (colon === 0) throw new EditError(`invalid ${kind}: '${arg}' (need k:v pair where v may be quoted)`);
    if (colon < 0) pairs.set(arg, '');
    else pairs.set(arg.slice(0, colon), arg.slice(colon + 1).replace(/^"(.*)"$/s, '$1'));
  }
  return pairs;
}

const ANNOTATION_KEY =
  /^([a-zA-Z](([-a-zA-Z0-9.]{0,251})[a-zA-Z0-9])?\/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$/;

/** Sets pairs, whatever was there. */
export function setPairs(file: EditableKustomization, kind: PairKind, args: readonly string[]): void {
  const pairs = parsePairs(args, kind);
  if (kind === 'annotation' && [...pairs.keys()].some((key) => !ANNOTATION_KEY.test(key))) {
    throw new EditError(
      'invalid annotation key: see the syntax and character set rules at https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/',
    );
  }
  const field = kind === 'label' ? 'commonLabels' : 'commonAnnotations';
  file[field] = { ...file[field], ...Object.fromEntries(pairs) };
}

/** How pairs are added. */
export interface AddPairOptions {
  readonly force: boolean;
  readonly withoutSelector: boolean;
  readonly includeTemplates: boolean;
}

/** Adds pairs; one that is there already needs force. */
export function addPairs(
  file: EditableKustomization,
  kind: PairKind,
  how: { readonly args: readonly string[]; readonly options: AddPairOptions },
): void {
  const { args, options } = how;
  if (args.length === 0) throw new EditError(`must specify ${kind}`);
  if (!options.withoutSelector && options.includeTemplates) {
    throw new EditError('--without-selector flag must be specified for --include-templates to work');
  }
  const pairs = parsePairs(args, kind);
  if (kind === 'label' && options.withoutSelector) {
    addToLabels(file, pairs, options);
    return;
  }
  const field = kind === 'label' ? 'commonLabels' : 'commonAnnotations';
  file[field] = added(file[field] ?? {}, pairs, { kind, force: options.force });
}

function added(
  present: Readonly<Record<string, string>>,
  pairs: ReadonlyMap<string, string>,
  how: { readonly kind: PairKind; readonly force: boolean },
): Record<string, string> {
  for (const key of pairs.keys()) {
    if (Object.hasOwn(present, key) && !how.force) {
      throw new EditError(`${how.kind} ${key} already in kustomization file. Use --force to override.`);
    }
  }
  return { ...present, ...Object.fromEntries(pairs) };
}

function addToLabels(file: EditableKustomization, pairs: ReadonlyMap<string, string>, options: AddPairOptions): void {
  const labels: LabelEntry[] = [...(file.labels ?? [])];
  const index = labels.findIndex(
    (entry) => entry.includeSelectors !== true && (entry.includeTemplates === true) === options.includeTemplates,
  );
  const entry = labels[index] ?? { includeTemplates: options.includeTemplates };
  const changed = { ...entry, pairs: added(entry.pairs ?? {}, pairs, { kind: 'label', force: options.force }) };
  if (index < 0) labels.push(changed);
  else labels[index] = changed;
  file.labels = labels;
}

/** Removes labels or annotations by names separated by commas. */
export function removePairs(
  file: EditableKustomization,
  kind: PairKind,
  how: { readonly args: readonly string[]; readonly ignoreMissing: boolean },
): void {
  const { args, ignoreMissing } = how;
  const [argument] = args;
  // The original calls annotations labels in these messages, too.
  if (argument === undefined) throw new EditError('must specify label');
  if (args.length > 1) throw new EditError('labels must be comma-separated, with no spaces');
  const keys = argument.split(',');
  if (keys.includes('')) throw new EditError("invalid label: '' (name is empty)");
  const field = kind === 'label' ? 'commonLabels' : 'commonAnnotations';
  const present = file[field];
  if (present === undefined && !ignoreMissing) throw new EditError(`${field} is not defined in kustomization file`);
  const missing = keys.find((key) => !Object.hasOwn(present ?? {}, key));
  if (missing !== undefined && !ignoreMissing) {
    throw new EditError(`${kind} ${missing} is not defined in kustomization file`);
  }
  file[field] = Object.fromEntries(Object.entries(present ?? {}).filter(([key]) => !keys.includes(key)));
}

/** Adds a patch; false where the very same is there. */
export function addPatch(file: EditableKustomization, patch: PatchEntry): boolean {
  if (patch.patch && patch.path) throw new EditError("patch and path can't be set at the same time");
  if (!patch.patch && !patch.path) throw new EditError('must provide either patch or path');
  const patches = file.patches ?? [];
  if (patches.some((each) => samePatch(each, patch))) return false;
  file.patches = [...patches, patch];
  return true;
}

/** Removes the patches that are the very same; false where none is. */
export function removePatch(file: EditableKustomization, patch: PatchEntry): boolean {
  if (patch.patch && patch.path) throw new EditError("patch and path can't be set at the same time");
  const patches = file.patches ?? [];
  const kept = patches.filter((each) => !samePatch(each, patch));
  file.patches = kept;
  return kept.length < patches.length;
}

function samePatch(left: PatchEntry, right: PatchEntry): boolean {
  return (
    (left.path ?? '') === (right.path ?? '') &&
    (left.patch ?? '') === (right.patch ?? '') &&
    sameMembers(left.target, right.target) &&
    sameMembers(left.options, right.options)
  );
}

function sameMembers(left: object | undefined, right: object | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  const a = new Map(Object.entries(left).filter(([, value]) => value !== '' && value !== false));
  const b = new Map(Object.entries(right).filter(([, value]) => value !== '' && value !== false));
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
