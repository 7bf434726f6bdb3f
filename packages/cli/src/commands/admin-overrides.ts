// `evenkeel admin settings resource-overrides …`: checks and actions that users write, tried out before they are applied.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/admin/settings.go (3.6).

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type TriedScripts, tryScripts } from '@evenkeel/argo';
import {
  type Json,
  type KubeObject,
  createJsonMergePatch,
  emitSigsYaml,
  gvkOf,
  isMap,
  parseYaml,
} from '@evenkeel/resource';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { formatTable } from '../output/table.ts';

export interface OverrideOptions {
  readonly argocdCmPath: string;
}

export interface RunOverrideOptions extends OverrideOptions {
  readonly param: readonly string[];
}

/** Prints status and message; says so where nothing judges the kind. */
export async function overrideHealth(file: string, options: OverrideOptions, io: Io): Promise<void> {
  const { object, scripts } = await open(file, options, io);
  const found = attempt(() => scripts.health(object));
  if (!found) {
    io.out(`Health script is not configured for '${kindOf(object)}'\n`);
    return;
  }
  const status = found.status.charAt(0).toUpperCase() + found.status.slice(1);
  io.out(`STATUS: ${status}\nMESSAGE: ${found.message ?? ''}\n`);
}

/** Prints the actions, built-in ones too. */
export async function overrideActions(file: string, options: OverrideOptions, io: Io): Promise<void> {
  const { object, scripts } = await open(file, options, io);
  const actions = attempt(() => scripts.actions(object));
  if (actions.length === 0) {
    io.out(`Actions are not configured for '${kindOf(object)}'\n`);
    return;
  }
  io.out(
    formatTable(
      ['NAME', 'DISABLED'],
      actions.map(({ name, disabled }) => [name, String(disabled)]),
    ),
  );
}

/** Prints what an action changes, as a patch, and what it creates. */
export async function overrideRun(
  { file, action }: { readonly file: string; readonly action: string },
  options: RunOverrideOptions,
  io: Io,
): Promise<void> {
  const { object, scripts } = await open(file, options, io);
  const parameters = Object.fromEntries(
    options.param.map((text) => {
      const at = text.indexOf('=');
      if (at < 0) throw new CommandFailure(`Invalid parameter format: ${text}`, exitCodes.generic);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
  for (const impact of attempt(() => scripts.run(object, action, parameters))) {
    const made = impact.object as unknown as Json;
    if (impact.operation === 'create') {
      io.out(`Following resource was created:\n${emitSigsYaml(made)}\n`);
      continue;
    }
    const patch = createJsonMergePatch(object as unknown as Json, made);
    const isNothing = !isMap(patch) || Object.keys(patch).length === 0;
    io.out(
      isNothing
        ? `No fields had been changed by action: \n${action}\n`
        : `Following fields have been changed:\n\n${emitSigsYaml(patch)}`,
    );
  }
}

interface Opened {
  readonly object: KubeObject;
  readonly scripts: TriedScripts;
}

async function open(file: string, { argocdCmPath }: OverrideOptions, io: Io): Promise<Opened> {
  const object = read(file, io) as KubeObject;
  const config = read(argocdCmPath, io)['data'];
  const data = Object.fromEntries(
    Object.entries(isMap(config) ? config : {}).flatMap(([key, text]) =>
      typeof text === 'string' ? [[key, text]] : [],
    ),
  );
  const scripts = await tryScripts(data, () => Date.now());
  for (const problem of scripts.problems) io.err(`${problem}\n`);
  return { object, scripts };
}

function read(file: string, io: Io): Readonly<Record<string, Json | undefined>> {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), 'utf8');
  } catch {
    throw new CommandFailure(`open ${file}: no such file or directory`, exitCodes.generic);
  }
  const value = parseYaml(text, { dialect: 'sigs' });
  if (!isMap(value)) throw new CommandFailure(`${file} holds no object`, exitCodes.generic);
  return value;
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new CommandFailure(error instanceof Error ? error.message : String(error), exitCodes.generic);
  }
}

function kindOf(object: KubeObject): string {
  const { group, kind } = gvkOf(object);
  return `${group}/${kind}`;
}
