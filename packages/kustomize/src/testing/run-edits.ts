// Runs the edits of a case over its tree, each on what the one before left.

import { runKustomizeEdit } from '../command/edit-command.ts';
import { overlayTree } from '../edit/overlay-tree.ts';
import { CASE_ROOT, type CaseFile, editedText, treeOfCase } from './case-file.ts';

/** What the edits of a case came to. After an error nothing else runs. */
export interface EditedCase {
  readonly text: string;
  readonly error: string;
  readonly warnings: string;
}

/** Runs all edits of a case. */
export function runEdits(file: CaseFile): EditedCase {
  const texts = new Map<string, string>();
  let stdout = '';
  let warnings = '';
  for (const args of file.edits) {
    const result = runKustomizeEdit(args, overlayTree(treeOfCase(file), new Map(texts)), {
      displayRoot: CASE_ROOT,
    });
    for (const [path, text] of result.writes) texts.set(path, text);
    stdout += result.stdout;
    if (result.exitCode !== 0) {
      const at = result.stderr.indexOf('Error: ');
      const error = `${result.stderr.slice(at + 'Error: '.length).trimEnd()}\n`;
      return { text: '', error, warnings: warnings + result.stderr.slice(0, at) };
    }
    warnings += result.stderr;
  }
  for (const [path, text] of texts) if (file.files.get(path) === text) texts.delete(path);
  return { text: editedText(stdout, texts), error: '', warnings };
}
