// How the verbs of `evenkeel cluster` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Cluster from './cluster.ts';
import type * as Add from './cluster-add.ts';

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

/** Adds the verbs of argocd cluster. */
export function addCluster(program: Command, io: Io): void {
  const cluster = program.command('cluster').description('clusters: the verbs of argocd, with its exit codes');
  const verb = (usage: string, description: string, example: string): Command =>
    cluster
      .command(usage)
      .description(description)
      .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
      .addHelpText('after', `\nExample:\n  evenkeel cluster ${example}`);
  const load = (): Promise<typeof Cluster> => import('./cluster.ts');

  verb('list', 'list clusters', 'list')
    .option('-o, --output <format>', 'json, yaml, wide or server')
    .action(async (options: Cluster.ClusterOptions) => (await load()).clusterList(options, io));
  verb('get <cluster>', 'everything about one cluster, by server or name', 'get production')
    .option('-o, --output <format>', 'json, yaml, wide or server')
    .action(async (id: string, options: Cluster.ClusterOptions) => (await load()).clusterGet(id, options, io));
  verb('set <cluster>', 'change what is given', 'set production --namespace "*" --label env=prod')
    .option('--name <name>', 'another name')
    .option('--namespace <namespace>', 'only this namespace may be used, or "*" (may be repeated)', collect)
    .option('--label <key=value>', 'the labels of the Secret (may be repeated)', collect)
    .option('--annotation <key=value>', 'the annotations of the Secret (may be repeated)', collect)
    .action(async (id: string, options: Cluster.SetOptions) => (await load()).clusterSet(id, options, io));
  verb('rotate-auth <cluster>', 'another token for the service account of a cluster', 'rotate-auth production').action(
    async (id: string, options: Cluster.ClusterOptions) => (await load()).clusterRotateAuth(id, options, io),
  );
  verb('rm <clusters...>', 'forget clusters; what they hold stays', 'rm production')
    .option(
      '--kubeconfig <file>',
      'where the context of the cluster is, to remove the service account of argocd-manager',
    )
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (ids: readonly string[], options: Cluster.RemoveOptions) =>
      (await load()).clusterRemove(ids, options, io),
    );
  addAdd(verb, io);
}

function addAdd(verb: (usage: string, description: string, example: string) => Command, io: Io): void {
  verb('add <context>', 'register the cluster of a kubeconfig context', 'add production --label env=prod')
    .option('--kubeconfig <file>', 'the kubeconfig (KUBECONFIG, or ~/.kube/config by default)')
    .option('--name <name>', 'the name of the cluster (that of the context by default)')
    .option('--upsert', 'change a cluster that exists')
    .option('--namespace <namespace>', 'only this namespace may be used (may be repeated)', collect)
    .option('--cluster-resources', 'cluster-scoped objects are managed although namespaces are given')
    .option('--project <project>', 'the project it belongs to')
    .option('--shard <number>', 'the shard of the controller')
    .option('--label <key=value>', 'a label of the Secret (may be repeated)', collect)
    .option('--annotation <key=value>', 'an annotation of the Secret (may be repeated)', collect)
    .option('--in-cluster', 'it is the cluster that the server runs in')
    .option('--service-account <name>', 'a service account that exists, instead of argocd-manager')
    .option('--system-namespace <namespace>', 'where the service account is', 'kube-system')
    .option('--exec-command <command>', 'a command that grants credentials, instead of a service account')
    .option('--exec-command-args <argument>', 'an argument of it (may be repeated)', collect)
    .option('--exec-command-env <key=value>', 'a variable of it (may be repeated)', collect)
    .option('--exec-command-api-version <version>', 'its API version', 'client.authentication.k8s.io/v1beta1')
    .option('--exec-command-install-hint <text>', 'what to say where it is missing')
    .option('--aws-cluster-name <name>', 'log in to this cluster of AWS, instead of a service account')
    .option('--aws-role-arn <arn>', 'the role to assume there')
    .option('--aws-profile <profile>', 'the profile to use there')
    .option('--proxy-url <url>', 'reach the cluster through this proxy')
    .option('--server-proxy-url <url>', 'the server reaches it through this proxy, or with "" through none')
    .option('--disable-compression', 'ask for answers as they are')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (context: string, options: Add.AddOptions) =>
      (await import('./cluster-add.ts')).clusterAdd(context, options, io),
    );
}
