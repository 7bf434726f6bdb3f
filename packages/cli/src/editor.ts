// A text in the editor of whoever types the command.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject, YamlError, emitSigsYaml, isMap, parseYaml } from '@evenkeel/resource';
import { CommandFailure, type Io, exitCodes } from './io.ts';

/**
 * Shows a spec as YAML, and hands over what was made of it. What `accept` refuses is told, and the text stays where it can be
 * found. Mirrors argoproj/argo-cd:util/cli/cli.go (3.6) InteractiveEdit.
 */
export async function editSpec(
  { name, spec }: { readonly name: string; readonly spec: JsonObject },
  accept: (spec: JsonObject) => Promise<unknown>,
  io: Io,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-edit-'));
  const file = join(directory, `${name}-edit.yaml`);
  const before = emitSigsYaml(spec);
  writeFileSync(file, before, { mode: 0o600 });
  await runEditor(file, io);
  const after = readFileSync(file, 'utf8');
  if (after === before) {
    rmSync(directory, { recursive: true });
    io.err('Edit cancelled, no changes made.\n');
    return;
  }
  try {
    await accept(readSpec(after, file));
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    throw new CommandFailure(`${error.message}; what you wrote is in ${file}`, error.exitCode);
  }
  rmSync(directory, { recursive: true });
}

function readSpec(text: string, file: string): JsonObject {
  try {
    const spec = parseYaml(text, { dialect: 'sigs' });
    if (isMap(spec)) return spec as JsonObject;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new CommandFailure(`${file}${error.line > 0 ? `:${error.line}` : ''}: ${error.message}`, exitCodes.generic);
  }
  throw new CommandFailure(`${file} holds no spec`, exitCodes.generic);
}

/** As kubectl and argocd choose it; a shell reads its arguments. */
async function runEditor(file: string, io: Io): Promise<void> {
  const { environment } = io;
  const editor = environment['KUBE_EDITOR'] || environment['EDITOR'] || 'vi';
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit', cwd: io.cwd });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new CommandFailure(`the editor "${editor}" ended with ${String(code)}; nothing was changed`);
}
