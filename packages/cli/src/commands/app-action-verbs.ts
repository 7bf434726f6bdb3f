// How the verbs of `evenkeel app actions` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as AppActions from './app-actions.ts';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `actions list` and `actions run` below `app`. */
export function addAppActions(app: Command, io: Io): void {
  const actions = app.command('actions').description('what may be done with the objects of an application');
  const load = (): Promise<typeof AppActions> => import('./app-actions.ts');
  actions
    .command('list <name>')
    .description('list the actions of an object, or of all of them')
    .option('--kind <kind>', 'only objects of this kind')
    .option('--group <group>', 'only objects of this group')
    .option('--namespace <namespace>', 'only objects of this namespace')
    .option('--resource-name <name>', 'only objects of this name')
    .option('-o, --out <format>', 'json or yaml')
    .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
    .addHelpText('after', '\nExample:\n  evenkeel app actions list web --kind Deployment')
    .action(async (name: string, options: AppActions.FilterOptions) => (await load()).listActions(name, options, io));
  actions
    .command('run <name> <action>')
    .description('run an action on an object, or on all that match')
    .requiredOption('--kind <kind>', 'kind of the object')
    .option('--group <group>', 'group of the object')
    .option('--namespace <namespace>', 'namespace of the object')
    .option('--resource-name <name>', 'name of the object')
    .option('--all', 'run it on every object that matches')
    .option('--param <name=value>', 'a parameter of the action (may be repeated)', collect, [])
    .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
    .addHelpText('after', '\nExample:\n  evenkeel app actions run web scale --kind Deployment --param replicas=3')
    .action(async (name: string, action: string, options: AppActions.RunOptions) =>
      (await load()).runAction({ name, action }, options, io),
    );
}
