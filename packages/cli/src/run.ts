// The command line: the originals' own commands go to their shells at once, everything else to the program of our verbs.
// What is not called is not loaded, so that a drop-in command starts as fast as the original.

import { CommandFailure, type Io } from './io.ts';

/** Runs the command line and answers the exit code. Never throws for what a user can cause. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  try {
    if (await runDropIn(args, io)) return 0;
    const { runVerb } = await import('./program.ts');
    await runVerb(args, io);
    return 0;
  } catch (error) {
    return exitCodeOf(error, io);
  }
}

/** The originals' own commands read their own flags; everything behind the verb is theirs. */
async function runDropIn(args: readonly string[], io: Io): Promise<boolean> {
  const help = args.some((arg) => arg === '-h' || arg === '--help');
  if (args[0] === 'helm' && args[1] === 'template') {
    const { helmTemplateCommand } = await import('./commands/helm.ts');
    await helmTemplateCommand(args.slice(2), io);
    return true;
  }
  if (args[0] === 'helm' && ['dependency', 'dependencies', 'dep'].includes(args[1] ?? '')) {
    const { helmDependencyCommand } = await import('./commands/helm-dependency.ts');
    await helmDependencyCommand(args.slice(2), io);
    return true;
  }
  if (args[0] !== 'kustomize' || args.length < 2 || help) return false;
  const { kustomizeCommand } = await import('./commands/kustomize.ts');
  kustomizeCommand(args.slice(1), io);
  return true;
}

function exitCodeOf(error: unknown, io: Io): number {
  // commander has printed its own message.
  if (isCommanderError(error)) return error.exitCode;
  if (error instanceof CommandFailure) {
    if (error.message !== '') io.err(`${error.message}\n`);
    return error.exitCode;
  }
  if (io.signal.aborted) return 130;
  io.err(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}

function isCommanderError(error: unknown): error is Error & { readonly exitCode: number } {
  return (
    error instanceof Error && 'exitCode' in error && 'code' in error && String(error.code).startsWith('commander.')
  );
}
