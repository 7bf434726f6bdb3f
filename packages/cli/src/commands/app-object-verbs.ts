// How the verbs about the live objects of an application, and their logs, are declared.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Logs from './app-logs.ts';
import type * as Resources from './app-resources.ts';
import type { Verb } from './app-verbs.ts';

const load = (): Promise<typeof Resources> => import('./app-resources.ts');

function withObject(command: Command): Command {
  return command
    .requiredOption('--kind <kind>', 'kind of the object')
    .option('--group <group>', 'group of the object')
    .option('--namespace <namespace>', 'namespace of the object')
    .option('--resource-name <name>', 'name of the object');
}

/** Adds resources, get-resource, patch-resource, delete-resource and logs. */
export function addAppObjects(verb: Verb, io: Io): void {
  verb('resources <name>', 'list the objects of an application; -o tree as a tree', 'resources web')
    .option('--orphaned', 'only what nobody owns')
    .action(async (name: string, options: Parameters<typeof Resources.appResources>[1]) =>
      (await load()).appResources(name, options, io),
    );
  withObject(
    verb('get-resource <name>', 'print live objects', 'get-resource web --kind Pod --filter-fields status.podIP'),
  )
    .option('--filter-fields <fields>', 'only these fields, with commas between them')
    .option('--show-managed-fields', 'managed fields too (they are never sent)')
    .action(async (name: string, options: Parameters<typeof Resources.appGetResource>[1]) =>
      (await load()).appGetResource(name, options, io),
    );
  withObject(
    verb(
      'patch-resource <name>',
      'patch live objects',
      `patch-resource web --kind Deployment --patch '{"spec": {"replicas": 3}}'`,
    ),
  )
    .requiredOption('--patch <patch>', 'the patch, as JSON')
    .option(
      '--patch-type <type>',
      'application/json-patch+json, …/merge-patch+json or …/strategic-merge-patch+json',
      'application/merge-patch+json',
    )
    .option('--all', 'every object that fits')
    .action(async (name: string, options: Parameters<typeof Resources.appPatchResource>[1]) =>
      (await load()).appPatchResource(name, options, io),
    );
  withObject(
    verb('delete-resource <name>', 'delete live objects', 'delete-resource web --kind Pod --resource-name web-0'),
  )
    .option('--force', 'at once, without grace')
    .option('--orphan', 'leave what it owns')
    .option('--all', 'every object that fits')
    .option('-y, --yes', 'ask nothing')
    .action(async (name: string, options: Parameters<typeof Resources.appDeleteResource>[1]) =>
      (await load()).appDeleteResource(name, options, io),
    );
  addLogs(verb, io);
}

function addLogs(verb: Verb, io: Io): void {
  verb('logs <name>', 'what the Pods of an application write', 'logs web --tail 100 -f')
    .option('--group <group>', 'only of objects of this group')
    .option('--kind <kind>', 'only of objects of this kind')
    .option('--namespace <namespace>', 'only of objects of this namespace')
    .option('--name <name>', 'only of objects of this name')
    .option('-c, --container <container>', 'only of this container')
    .option('-f, --follow', 'go on as more is written')
    .option('-p, --previous', 'of the container that ran before')
    .option('--tail <count>', 'so many lines from the end (0: all)', '0')
    .option('--since-seconds <seconds>', 'only what is not older (0: all)', '0')
    .option('--until-time <time>', 'only what was written until then')
    .option('--filter <text>', 'only lines with this text; with ! in front those without')
    .option('-m, --match-case', 'the text is in this case')
    .action(async (name: string, options: Logs.LogOptions) =>
      (await import('./app-logs.ts')).appLogs(name, options, io),
    );
}
