// `evenkeel helm …`: the original's commands, in process. Everything that leaves this machine is loaded when it is asked
// for, so that a local chart renders at once.

import type { ParsedFlags } from '@evenkeel/helm';
import { FlagError, helmTemplate, parseFlags, templateFlags } from '@evenkeel/helm';
import { openTemplateHost } from '../helm-host.ts';
import { runPatiently } from '../helm-pending.ts';
import { CommandFailure, type Io } from '../io.ts';

/** Runs `helm template ARGS`, printing the same bytes and ending with the same exit code. */
export async function helmTemplateCommand(args: readonly string[], io: Io): Promise<void> {
  const { rest, version } = takeHelmVersion(args);
  await using opened = openTemplateHost(quietFlags(rest, version), version, io);
  const result = await runPatiently(() => helmTemplate(rest, opened.host, version));
  if (result.stdout !== '') io.out(result.stdout);
  if (result.stderr !== '') io.err(result.stderr);
  if (result.exitCode !== 0) throw new CommandFailure('', result.exitCode);
}

/** Takes `--helm-version 3|4` out of the arguments. Throws CommandFailure for any other version. */
export function takeHelmVersion(args: readonly string[]): {
  readonly rest: readonly string[];
  readonly version: 3 | 4;
} {
  const at = args.findIndex((arg) => arg === '--helm-version' || arg.startsWith('--helm-version='));
  if (at < 0) return { rest: args, version: 4 };
  const [flag = ''] = args.slice(at);
  const separate = flag === '--helm-version';
  const value = separate ? args[at + 1] : flag.slice('--helm-version='.length);
  if (value !== '3' && value !== '4')
    throw new CommandFailure(`Error: --helm-version "${value ?? ''}" is not known; one of: 3, 4`);
  return { rest: [...args.slice(0, at), ...args.slice(at + (separate ? 2 : 1))], version: value === '3' ? 3 : 4 };
}

/** The flags, or undefined where they do not parse: the engine words that complaint itself. */
function quietFlags(args: readonly string[], version: 3 | 4): ParsedFlags | undefined {
  try {
    return parseFlags(args, templateFlags(version));
  } catch (error) {
    if (error instanceof FlagError) return undefined;
    throw error;
  }
}
