// How the verbs of `evenkeel appset` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Appset from './appset.ts';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds the verbs of argocd appset. */
export function addAppset(program: Command, io: Io): void {
  const appset = program.command('appset').description('application sets: the verbs of argocd, with its exit codes');
  const verb = (usage: string, description: string, example: string): Command =>
    appset
      .command(usage)
      .description(description)
      .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
      .option('-o, --output <format>', 'json, yaml or wide')
      .option('-N, --appset-namespace <namespace>', 'namespace of the ApplicationSet')
      .addHelpText('after', `\nExample:\n  evenkeel appset ${example}`);
  const load = (): Promise<typeof Appset> => import('./appset.ts');

  verb('list', 'list application sets', 'list -l team=payments')
    .option('-l, --selector <selector>', 'only those with these labels')
    .option('-p, --project <project>', 'only those of this project (may be repeated)', collect, [])
    .action(async (options: Parameters<typeof Appset.appsetList>[0]) => (await load()).appsetList(options, io));
  verb('get <name>', 'everything about one application set', 'get argocd/guestbook')
    .option('--show-params', 'show the parameters that its template sets')
    .action(async (name: string, options: Parameters<typeof Appset.appsetGet>[1]) =>
      (await load()).appsetGet(name, options, io),
    );
  verb('create <files...>', 'create application sets from files', 'create guestbook.yaml')
    .option('--upsert', 'change a set that exists')
    .option('--dry-run', 'say which Applications there would be')
    .option('--wait', 'wait until everything is generated')
    .action(async (files: readonly string[], options: Appset.AppsetCreateOptions) =>
      (await load()).appsetCreate(files, options, io),
    );
  verb(
    'generate <files...>',
    'print the Applications a set would generate; writes nothing',
    'generate guestbook.yaml -o yaml',
  ).action(async (files: readonly string[], options: Appset.AppsetOptions) =>
    (await load()).appsetGenerate(files, options, io),
  );
  verb('delete <names...>', 'delete application sets and their Applications', 'delete guestbook')
    .option('--wait', 'wait until everything is gone')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (names: readonly string[], options: Appset.AppsetOptions & { readonly wait?: boolean }) =>
      (await load()).appsetDelete(names, options, io),
    );
}
