// How the verbs of `evenkeel app` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { addAppActions } from './app-action-verbs.ts';
import type * as App from './app.ts';
import type { CreateOptions } from './app-create.ts';
import { addAppEdits } from './app-edit-verbs.ts';
import { addAppObjects } from './app-object-verbs.ts';
import type * as Preview from './app-preview.ts';
import { addSpecFlags } from './app-spec-flags.ts';
import type { SyncOptions } from './app-sync.ts';

/** Declares one verb with what all of them take. */
export type Verb = (usage: string, description: string, example: string) => Command;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Adds the verbs of argocd app. */
export function addApp(program: Command, io: Io): void {
  const app = program.command('app').description('applications: the verbs of argocd, with its exit codes');
  const verb: Verb = (usage, description, example) =>
    app
      .command(usage)
      .description(description)
      .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
      .option('-o, --output <format>', 'json, yaml, wide or name')
      .option('-N, --app-namespace <namespace>', 'namespace of the Application')
      .addHelpText('after', `\nExample:\n  evenkeel app ${example}`);
  addReading(verb, io);
  addSync(verb, io);
  addWait(verb, io);
  addPast(verb, io);
  addCreate(verb, io);
  addAppEdits(verb, io);
  addAppObjects(verb, io);
  addAppActions(app, io);
}

const load = (): Promise<typeof App> => import('./app.ts');
const preview = (): Promise<typeof Preview> => import('./app-preview.ts');

function addReading(verb: Verb, io: Io): void {
  verb('list', 'list applications', 'list -l team=payments')
    .option('-l, --selector <selector>', 'only those with these labels')
    .option('-p, --project <project>', 'only those of this project (may be repeated)', collect)
    .option('-r, --repo <url>', 'only those from this repository')
    .option('-c, --cluster <cluster>', 'only those on this cluster, by name or URL')
    .option('-P, --path <path>', 'only those of this directory')
    .action(async (options: App.ListOptions) => (await load()).appList(options, io));
  verb('get <name>', 'everything about one application; -o tree as a tree', 'get payment-api-production')
    .option('--refresh', 'compare with Git first')
    .option('--hard-refresh', 'forget what was rendered, and compare')
    .option('--show-operation', 'show the last operation (it is shown anyway)')
    .option('--show-params', 'show the parameters that are set')
    .action(async (name: string, options: App.GetOptions) => (await load()).appGet(name, options, io));
  withWhich(
    verb('diff <name>', 'what differs, field by field; exit 0 same, 1 differs, 2 error', 'diff payment-api-production'),
  )
    .option('--refresh', 'compare with Git first')
    .option('--hard-refresh', 'forget what was rendered, and compare')
    .option('--no-exit-code', 'exit 0 even where something differs')
    .option('--exit-code', 'exit with another code where something differs (the default)')
    .option('--diff-exit-code <code>', 'the code to exit with where something differs', '1')
    .action(async (name: string, options: Parameters<typeof Preview.appDiff>[1]) =>
      (await preview()).appDiff(name, options, io),
    );
  withWhich(verb('manifests <name>', 'print manifests', 'manifests payment-api-production --revision v1.4.0'))
    .option('--source <source>', 'git (as wanted) or live', 'git')
    .action(async (name: string, options: Parameters<typeof Preview.appManifests>[1]) =>
      (await preview()).appManifests(name, options, io),
    );
}

/** Which state of the source is meant. */
function withWhich(command: Command): Command {
  return command
    .option('--revision <revision>', 'another revision than the one in the spec')
    .option('--revisions <revision>', 'a revision of one of several sources (may be repeated)', collect)
    .option('--source-positions <position>', 'the source it is for, counted from 1 (may be repeated)', collect)
    .option('--source-names <name>', 'the source it is for, by name (may be repeated)', collect)
    .option('--local <path>', 'the manifests of this directory, in place of any repository')
    .option('--local-repo-root <path>', 'the root of the repository that it is in', '/');
}

function addSync(verb: Verb, io: Io): void {
  withWhich(verb('sync [names...]', 'make live what Git says, and wait for it', 'sync payment-api-production'))
    .option('-l, --selector <selector>', 'applications with these labels')
    .option('--project <project>', 'applications of this project (may be repeated)', collect)
    .option(
      '--resource <resource>',
      'only GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME; * fits all; ! leaves out (may be repeated)',
      collect,
    )
    .option('--label <name=value>', 'only objects with this label (may be repeated)', collect)
    .option('--prune', 'delete what is no longer in Git')
    .option('--dry-run', 'say what would be done')
    .option('--async', 'do not wait')
    .option('--strategy <strategy>', 'apply (without hooks) or hook')
    .option('--force', 'replace what cannot be changed')
    .option('--replace', 'send whole objects instead of applying')
    .option('--server-side', 'apply on the server')
    .option('--apply-out-of-sync-only', 'leave what is in sync')
    .option('--info <name=value>', 'something worth keeping with the operation (may be repeated)', collect)
    .option('--retry-limit <count>', 'how often it is tried again when it fails', '0')
    .option('--retry-refresh', 'a retry takes the newest revision')
    .option('--retry-backoff-duration <duration>', 'wait before the first time', '5s')
    .option('--retry-backoff-max-duration <duration>', 'longest wait', '3m0s')
    .option('--retry-backoff-factor <factor>', 'how much longer each wait is', '2')
    .option('--preview-changes', 'show what would change, and ask')
    .option('--assumeYes', 'do not ask')
    .option('--timeout <seconds>', 'give up waiting after this long (0: never)', '0')
    .action(async (names: readonly string[], options: SyncOptions) =>
      (await import('./app-sync.ts')).appSync(names, options, io),
    );
}

function addWait(verb: Verb, io: Io): void {
  verb('wait [names...]', 'wait until applications are as wanted', 'wait payment-api-production --health --timeout 300')
    .option('-l, --selector <selector>', 'applications with these labels')
    .option('--resource <resource>', 'these objects instead of the whole, as for sync (may be repeated)', collect)
    .option('--sync', 'wait until in sync')
    .option('--health', 'wait until healthy')
    .option('--operation', 'wait until no operation runs')
    .option('--suspended', 'wait until suspended')
    .option('--degraded', 'wait until degraded')
    .option('--hydrated', 'wait until the manifests of the dry source are in their branch')
    .option('--delete', 'wait until deleted')
    .option('--timeout <seconds>', 'give up after this long (0: never)', '0')
    .action(async (names: readonly string[], options: App.WaitOptions) => (await load()).appWait(names, options, io));
}

function addPast(verb: Verb, io: Io): void {
  verb('history <name>', 'earlier syncs that can be gone back to', 'history payment-api-production').action(
    async (name: string, options: App.NamedOptions) => (await load()).appHistory(name, options, io),
  );
  verb('rollback <name> [id]', 'go back to an earlier sync', 'rollback payment-api-production 3')
    .option('--prune', 'delete what the earlier one did not have (always done)')
    .option('--timeout <seconds>', 'give up waiting after this long (0: never)', '0')
    .action(async (name: string, id: string | undefined, options: Parameters<typeof App.appRollback>[2]) =>
      (await load()).appRollback(name, id, options, io),
    );
  verb('delete [names...]', 'delete applications and what they have live', 'delete payment-api-production')
    .option('-l, --selector <selector>', 'applications with these labels')
    .option('--cascade', 'delete what is live too (the default)')
    .option('--no-cascade', 'leave what is live')
    .option('-p, --propagation-policy <policy>', 'foreground or background', 'foreground')
    .option('--wait', 'wait until everything is gone')
    .option('-y, --yes', 'ask nothing')
    .action(async (names: readonly string[], options: App.DeleteOptions) =>
      (await load()).appDelete(names, options, io),
    );
  verb('terminate-op <name>', 'end the running sync', 'terminate-op payment-api-production').action(
    async (name: string, options: App.NamedOptions) => (await load()).appTerminate(name, options, io),
  );
}

function addCreate(verb: Verb, io: Io): void {
  addSpecFlags(
    verb(
      'create [name]',
      'create an application',
      'create web --repo https://github.com/org/repo.git --path apps/web --dest-namespace web --sync-policy automated',
    ),
  )
    .option('-f, --file <file>', 'an Application manifest instead of flags; - is standard input')
    .option('--kubeconfig <file>', 'the cluster to write to (the one of the last `evenkeel up` by default)')
    .option('-l, --label <label>', 'key=value (may be repeated)', collect)
    .option('--annotations <annotation>', 'key=value (may be repeated)', collect)
    .option('--set-finalizer', 'what is live goes when the application goes')
    .option('--upsert', 'change an application that exists')
    .action(async (name: string | undefined, options: CreateOptions) =>
      (await import('./app-create.ts')).appCreate(name, options, io),
    );
}
