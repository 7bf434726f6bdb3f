// The verbs of our own with their options and an example each. What a verb does is loaded when it is called.

import { Command } from 'commander';
import { addAccount } from './commands/account-verbs.ts';
import { addAdmin } from './commands/admin-verbs.ts';
import { spelledOut } from './commands/app-spec-flags.ts';
import { addApp } from './commands/app-verbs.ts';
import { addAppset } from './commands/appset-verbs.ts';
import { addCluster } from './commands/cluster-verbs.ts';
import { addProj } from './commands/proj-verbs.ts';
import { addRepositories } from './commands/repo-verbs.ts';
import type { RenderOptions } from './commands/render.ts';
import type { SandboxStartOptions } from './commands/sandbox.ts';
import type * as SandboxCommands from './commands/sandbox.ts';
import type { ControllerOptions } from './commands/controller.ts';
import type { UpOptions } from './commands/up.ts';
import type { Io } from './io.ts';
import { mirrors, version } from './version.ts';

/** Runs a verb of our own. Throws CommandFailure, or CommanderError where the line cannot be read. */
export async function runVerb(args: readonly string[], io: Io): Promise<void> {
  await buildProgram(io).parseAsync([...spelledOut(args)], { from: 'user' });
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
    .option('--require-token', 'requests to the API from other machines need a token of a project role')
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
