// `edit fix`: deprecated fields become present ones (api:types/kustomization.go FixKustomizationPreMarshalling and
// kustomize:commands/edit/fix/fix.go, v5.8.1).

import type { FileTree } from '@evenkeel/std';

import { EditError } from './edit-error.ts';
import type { EditableKustomization } from './kustomization-file.ts';

/** Moves patches and common labels to their present fields. Throws EditError for labels that are in both. */
export function fixDeprecated(file: EditableKustomization, tree: FileTree): void {
  const patches = [...(file.patches ?? []), ...(file.patchesJson6902 ?? [])];
  for (const text of file.patchesStrategicMerge ?? []) {
    patches.push(tree.stat(text) === 'file' ? { path: text } : { patch: text });
  }
  if (patches.length > 0) file.patches = patches;
  delete file.patchesJson6902;
  delete file.patchesStrategicMerge;
  const common = file.commonLabels ?? {};
  if (Object.keys(common).length === 0) return;
  for (const { pairs = {} } of file.labels ?? []) {
    const both = Object.keys(pairs).find((key) => Object.hasOwn(common, key));
    if (both !== undefined) throw new EditError(`label name '${both}' exists in both commonLabels and labels`);
  }
  file.labels = [...(file.labels ?? []), { pairs: common, includeSelectors: true }];
  delete file.commonLabels;
}

const FIXED = `
Fixed fields:
  patchesJson6902 -> patches
  patchesStrategicMerge -> patches
  commonLabels -> labels
`;

/** What the command prints without `--vars`. */
export const FIX_NOTICE: string = `${FIXED}
To convert vars -> replacements, run the command \`kustomize edit fix --vars\`

WARNING: Converting vars to replacements will potentially overwrite many resource files 
and the resulting files may not produce the same output when \`kustomize build\` is run. 
We recommend doing this in a clean git repository where the change is easy to undo.
`;

/** What the command prints with `--vars`. */
export const FIX_VARS_NOTICE: string = `${FIXED}  vars -> replacements
`;
