// The verbs of our own with their options and an example each. What a verb does is loaded when it is called.

import { Command } from 'commander';
import { addAccount } from './commands/account-verbs.ts';
import { addAdmin } from './commands/admin-verbs.ts';
import { addAppActions } from './commands/app-action-verbs.ts';
import { addAppset } from './commands/appset-verbs.ts';
import { addCluster } from './commands/cluster-verbs.ts';
import { addProj } from './commands/proj-verbs.ts';
import { addRepositories } from './commands/repo-verbs.ts';
import type * as AppCommands from './commands/app.ts';
import type { AppOptions, SyncOptions, WaitOptions } from './commands/app.ts';
import type { CreateOptions } from './commands/app-create.ts';
import type { RenderOptions } from './commands/render.ts';
import type { SandboxStartOptions } from './commands/sandbox.ts';
import type * as SandboxCommands from './commands/sandbox.ts';
import type { ControllerOptions } from './commands/controller.ts';
import type { UpOptions } from './commands/up.ts';
import type { Io } from './io.ts';
import { mirrors, version } from './version.ts';

/** Runs a verb of our own. Throws CommandFailure, or CommanderError where the line cannot be read. */
export async function runVerb(args: readonly string[], io: Io): Promise<void> {
  await buildProgram(io).parseAsync([...args], { from: 'user' });
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function buildProgram(outside: Io): Command {
  const program = new Command('evenkeel');
  const io: Io = Object.assign(Object.create(outside) as Io, {
    authToken: () => program.opts<{ readonly authToken?: string }>().authToken,
  });
  program
    .description(
      'GitOps for Kubernetes: Git says what should run; Evenkeel makes it so, keeps it so, and proves who changed what.',
    )
    .version(version, '--version', 'print the version')
    .option('--auth-token <token>', 'the token to show the server (EVENKEEL_AUTH_TOKEN or ARGOCD_AUTH_TOKEN otherwise)')
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .exitOverride()
    .showSuggestionAfterError();
  addUp(program, io);
  addController(program, io);
  addApp(program, io);
  addAppset(program, io);
  addProj(program, io);
  addCluster(program, io);
  addRepositories(program, io);
  addAccount(program, io);
  addAdmin(program, io);
  addRender(program, io);
  addSandbox(program, io);
  addDropIns(program);
  program
    .command('version')
    .description('print the version, and what it is equal to')
    .action(() =>
      io.out(
        `evenkeel ${version}\n${Object.entries(mirrors)
          .map(([name, of]) => `  behaves as ${name} ${of}\n`)
          .join('')}`,
      ),
    );
  return program;
}

function addUp(program: Command, io: Io): void {
  program
    .command('up [directory]')
    .description('start the whole system here: sandbox cluster, git host, controllers, API and page')
    .option('--repo <url=dir>', 'serve a repository URL from a directory (may be repeated)', collect, [])
    .option('--apply <file>', 'apply a manifest once everything is up (may be repeated)', collect, [])
    .option('--state <dir>', 'keep everything here and resume from it; otherwise nothing is kept')
    .option('--port <port>', 'port of page and API (7070, or any free one where that is taken)')
    .option('--cluster-port <port>', 'port of the cluster (any free one by default)')
    .option('--git-port <port>', 'port of the git host (any free one by default)')
    .option('--speed <factor>', 'how much faster than life simulated workloads run')
    .addHelpText('after', '\nExample:\n  evenkeel up . --apply clusters/production/root-app.yaml')
    .action(async (directory: string | undefined, options: UpOptions) =>
      (await import('./commands/up.ts')).up(directory, options, io),
    );
}

function addController(program: Command, io: Io): void {
  program
    .command('controller')
    .description('run the controllers, API and page on the cluster of a kubeconfig, or on the one this runs in')
    .option(
      '--kubeconfig <file>',
      'the kubeconfig; otherwise KUBECONFIG, ~/.kube/config, or the service account of a Pod',
    )
    .option('--context <name>', 'the context of the kubeconfig')
    .option('--state <dir>', 'keep mirrors and history here; otherwise they are gone at the end')
    .option('--host <address>', 'address of page, API and webhook', '127.0.0.1')
    .option('--port <port>', 'port of page, API and webhook; 0 is any free one', '8080')
    .option('--no-leader-elect', 'work at once: nobody else works on this cluster')
    .option('--lease-duration <seconds>', 'how long another replica waits for one that says nothing', '30')
    .addHelpText('after', '\nExample:\n  evenkeel controller --kubeconfig ~/.kube/config --state /var/lib/evenkeel')
    .action(async (options: ControllerOptions) => (await import('./commands/controller.ts')).controller(options, io));
}

function addRender(program: Command, io: Io): void {
  program
    .command('render <path>')
    .description('print what a directory renders to (kustomization, chart or manifests, detected)')
    .option('-n, --namespace <namespace>', "namespace of a chart's release")
    .option('--name <name>', "name of a chart's release")
    .option('-f, --values <file>', 'values of a chart (may be repeated)', collect, [])
    .option('-R, --recurse', 'plain manifests: descend into directories')
    .option('--origins', 'say for every field which file and line its value came from')
    .option('-o, --output <format>', 'yaml or json')
    .addHelpText('after', '\nExample:\n  evenkeel render apps/payment-api/overlays/production')
    .action(async (path: string, options: RenderOptions) =>
      (await import('./commands/render.ts')).render(path, options, io),
    );
}

function addSandbox(program: Command, io: Io): void {
  const sandbox = program.command('sandbox').description('the embedded cluster alone');
  const load = (): Promise<typeof SandboxCommands> => import('./commands/sandbox.ts');
  sandbox
    .command('start', { isDefault: true })
    .description('start a cluster and run it until Ctrl-C')
    .option('--state <file>', 'keep the cluster in this file and resume from it')
    .option('--port <port>', 'port (any free one by default)')
    .option('--speed <factor>', 'how much faster than life workloads run')
    .option('--nodes <count>', 'simulated nodes')
    .option('--kubeconfig <file>', 'where to write the kubeconfig', 'sandbox.kubeconfig')
    .addHelpText('after', '\nExample:\n  evenkeel sandbox start --kubeconfig kc & kubectl --kubeconfig kc get nodes')
    .action(async (options: SandboxStartOptions) => (await load()).sandboxStart(options, io));
  sandbox
    .command('snapshot <file>')
    .description('copy the state of a cluster, running or stopped, to a file')
    .requiredOption('--state <file>', 'the state file of the cluster')
    .addHelpText('after', '\nExample:\n  evenkeel sandbox snapshot before.db --state cluster.db')
    .action(async (file: string, options: { state: string }) => (await load()).sandboxSnapshot(file, options, io));
  sandbox
    .command('restore <file>')
    .description('make a state file from a snapshot, for `sandbox start --state`')
    .requiredOption('--state <file>', 'the state file to make')
    .addHelpText('after', '\nExample:\n  evenkeel sandbox restore before.db --state cluster.db')
    .action(async (file: string, options: { state: string }) => (await load()).sandboxRestore(file, options, io));
}

function addDropIns(program: Command): void {
  const kustomize = program.command('kustomize').description('the kustomize commands that Evenkeel answers itself');
  kustomize
    .command('build [args...]')
    .description("build a kustomization; takes the original's flags")
    .addHelpText('after', '\nExample:\n  evenkeel kustomize build overlays/production');
  kustomize
    .command('edit [args...]')
    .description("edit the kustomization in this directory; takes the original's verbs and flags, keeps comments")
    .addHelpText('after', '\nExample:\n  evenkeel kustomize edit set image registry.example.com/web:v2');
  const helm = program.command('helm').description('the Helm commands that Evenkeel answers itself');
  helm
    .command('template [args...]')
    .description("render a chart; takes the original's flags, and --helm-version 3|4")
    .addHelpText('after', '\nExample:\n  evenkeel helm template web ./charts/web -f values-prod.yaml');
  helm
    .command('dependency [args...]')
    .description("build, update or list a chart's dependencies; takes the original's flags")
    .addHelpText('after', '\nExample:\n  evenkeel helm dependency build ./charts/web');
}

function addApp(program: Command, io: Io): void {
  const app = program.command('app').description('applications: the verbs of argocd, with its exit codes');
  const verb = (usage: string, description: string, example: string): Command =>
    app
      .command(usage)
      .description(description)
      .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
      .option('-o, --output <format>', 'json, yaml, wide or name')
      .addHelpText('after', `\nExample:\n  evenkeel app ${example}`);
  const load = (): Promise<typeof AppCommands> => import('./commands/app.ts');

  verb('list', 'list applications', 'list -l team=payments')
    .option('-l, --selector <selector>', 'only those with these labels')
    .option('-p, --project <project>', 'only those of this project')
    .action(async (options: AppOptions) => (await load()).appList(options, io));
  verb('get <name>', 'everything about one application', 'get payment-api-production')
    .option('--refresh', 'compare with Git first')
    .option('--hard-refresh', 'forget what was rendered, and compare')
    .action(async (name: string, options: AppOptions) => (await load()).appGet(name, options, io));
  verb('sync [names...]', 'make live what Git says, and wait for it', 'sync payment-api-production')
    .option('--revision <revision>', 'a branch, tag or commit instead of the one in the spec')
    .option('--prune', 'delete what is no longer in Git')
    .option('--dry-run', 'say what would be done')
    .option('--async', 'do not wait')
    .option('--resource <resource>', 'only GROUP:KIND:NAME (may be repeated)', collect, [])
    .option('--timeout <seconds>', 'give up waiting after this long (0: never)', '0')
    .action(async (names: readonly string[], options: SyncOptions) => (await load()).appSync(names, options, io));
  verb('wait [names...]', 'wait until applications are as wanted', 'wait payment-api-production --health --timeout 300')
    .option('--sync', 'wait until in sync')
    .option('--health', 'wait until healthy')
    .option('--operation', 'wait until no operation runs')
    .option('--suspended', 'wait until suspended')
    .option('--degraded', 'wait until degraded')
    .option('--hydrated', 'wait until the manifests of the dry source are in their branch')
    .option('--delete', 'wait until deleted')
    .option('--timeout <seconds>', 'give up after this long (0: never)', '0')
    .action(async (names: readonly string[], options: WaitOptions) => (await load()).appWait(names, options, io));
  verb('diff <name>', 'what differs, field by field; exit 0 same, 1 differs, 2 error', 'diff payment-api-production')
    .option('--no-exit-code', 'exit 0 even where something differs')
    .action(async (name: string, options: AppOptions) => (await load()).appDiff(name, options, io));
  verb('history <name>', 'earlier syncs that can be gone back to', 'history payment-api-production').action(
    async (name: string, options: AppOptions) => (await load()).appHistory(name, options, io),
  );
  verb('rollback <name> [id]', 'go back to an earlier sync', 'rollback payment-api-production 3')
    .option('--timeout <seconds>', 'give up waiting after this long (0: never)', '0')
    .action(async (name: string, id: string | undefined, options: AppOptions & { readonly timeout: string }) =>
      (await load()).appRollback(name, id, options, io),
    );
  verb('delete <names...>', 'delete applications and what they have live', 'delete payment-api-production')
    .option('--no-cascade', 'leave what is live')
    .option('--wait', 'wait until everything is gone')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (names: readonly string[], options: AppOptions) => (await load()).appDelete(names, options, io));
  verb('terminate-op <name>', 'end the running sync', 'terminate-op payment-api-production').action(
    async (name: string, options: AppOptions) => (await load()).appTerminate(name, options, io),
  );
  addAppCreate(verb, io);
  addAppActions(app, io);
}

function addAppCreate(verb: (usage: string, description: string, example: string) => Command, io: Io): void {
  verb(
    'create [name]',
    'create an application',
    'create web --repo https://github.com/org/repo.git --path apps/web --dest-namespace web --sync-policy automated',
  )
    .option('-f, --file <file>', 'an Application manifest instead of flags')
    .option('--kubeconfig <file>', 'the cluster to write to (the one of the last `evenkeel up` by default)')
    .option('--repo <url>', 'repository URL')
    .option('--path <path>', 'directory in the repository')
    .option('--revision <revision>', 'branch, tag or commit')
    .option('--dest-server <url>', 'destination cluster by URL')
    .option('--dest-name <name>', 'destination cluster by name')
    .option('--dest-namespace <namespace>', 'destination namespace')
    .option('--project <project>', 'project')
    .option('--sync-policy <policy>', 'manual or automated')
    .option('--auto-prune', 'automated: delete what is no longer in Git')
    .option('--self-heal', 'automated: undo changes made by hand')
    .option('--allow-empty', 'automated: accept that Git renders to nothing')
    .option('--sync-option <option>', 'e.g. CreateNamespace=true (may be repeated)', collect, [])
    .option('-l, --label <label>', 'key=value (may be repeated)', collect, [])
    .option('--upsert', 'change an application that exists')
    .option('-N, --app-namespace <namespace>', 'namespace of the Application itself', 'argocd')
    .action(async (name: string | undefined, options: CreateOptions) =>
      (await import('./commands/app-create.ts')).appCreate(name, options, io),
    );
}
