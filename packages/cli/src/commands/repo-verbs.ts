// How the verbs of `evenkeel repo`, `repocreds` and `cert` are declared; what they do is loaded when one of them runs.

import { type Command, Option } from 'commander';
import type { Io } from '../io.ts';
import type * as Cert from './cert.ts';
import type * as Repo from './repo.ts';

const serverFlag = ['--server <url>', 'the server to talk to (the last `evenkeel up` by default)'] as const;
const outputFlag = ['-o, --output <format>', 'json, yaml, url or wide'] as const;

/** Adds the three. */
export function addRepositories(program: Command, io: Io): void {
  addRepo(program, io);
  addRepoCreds(program, io);
  addCert(program, io);
}

function verbOf(group: Command, name: string): (usage: string, description: string, example: string) => Command {
  return (usage, description, example) =>
    group
      .command(usage)
      .description(description)
      .option(...serverFlag)
      .addHelpText('after', `\nExample:\n  evenkeel ${name} ${example}`);
}

const loadRepo = (): Promise<typeof Repo> => import('./repo.ts');

function addRepo(program: Command, io: Io): void {
  const verb = verbOf(program.command('repo').description('repositories and their credentials'), 'repo');
  const add = verb(
    'add <url>',
    'add a repository, after it could be reached',
    'add git@git.example.com:team/apps.git --ssh-private-key-path ~/.ssh/id_ed25519',
  );
  addCredentialFlags(add)
    .option('--name <name>', 'name of the repository, mandatory for type helm')
    .option('--project <project>', 'only Applications of this project may use it')
    .option('--insecure-ignore-host-key', 'disables SSH strict host key checking')
    .option('--insecure-skip-server-verification', 'disables server certificate and host key checks')
    .option('--enable-lfs', 'replace Git LFS pointers by what they point at')
    .option('--proxy <url>', 'proxy to reach the repository through: http, https or socks5')
    .addOption(noProxyFlag())
    .option('--depth <commits>', 'fetch only so many commits (0: all)')
    .option('--webhook-manifest-cache-warm-disabled', 'kept for Argo CD; nothing is warmed here')
    .action(async (url: string, options: Repo.RepoAddOptions) => (await loadRepo()).repoAdd(url, options, io));
  verb('list', 'list repositories and whether they can be reached', 'list')
    .option(...outputFlag)
    .option('--refresh <how>', 'hard: ask every repository now')
    .action(async (options: Repo.RepoOptions) => (await loadRepo()).repoList(options, io));
  verb('get <url>', 'everything about one repository', 'get https://git.example.com/team/apps.git')
    .option(...outputFlag)
    .option('--project <project>', 'project of the repository')
    .option('--refresh <how>', 'hard: ask the repository now')
    .action(async (url: string, options: Repo.RepoOptions) => (await loadRepo()).repoGet(url, options, io));
  verb('rm <urls...>', 'remove repositories', 'rm https://git.example.com/team/apps.git')
    .option('--project <project>', 'project of the repository')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (urls: readonly string[], options: Repo.RepoOptions) =>
      (await loadRepo()).repoRemove(urls, options, io),
    );
}

function addRepoCreds(program: Command, io: Io): void {
  const group = program.command('repocreds').description('credentials for all repositories below an address');
  const verb = verbOf(group, 'repocreds');
  addCredentialFlags(
    verb(
      'add <url>',
      'add credentials for an address',
      'add https://git.example.com/team --username bot < password.txt',
    ),
  )
    .option('--proxy-url <url>', 'proxy to reach the repositories through')
    .action(async (url: string, options: Repo.RepoAddOptions) => (await loadRepo()).credsAdd(url, options, io));
  verb('list', 'list credential templates', 'list')
    .option(...outputFlag)
    .action(async (options: Repo.RepoOptions) => (await loadRepo()).credsList(options, io));
  verb('rm <urls...>', 'remove credential templates', 'rm https://git.example.com/team')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (urls: readonly string[], options: Repo.RepoOptions) =>
      (await loadRepo()).credsRemove(urls, options, io),
    );
}

/** The flags that repositories and templates share. */
function addCredentialFlags(command: Command): Command {
  return command
    .option('--upsert', 'change what exists')
    .option('--type <type>', 'git, oci or helm', 'git')
    .option('--username <name>', 'username')
    .option('--password <password>', 'password or token (read from standard input where only --username is given)')
    .option('--bearer-token <token>', 'bearer token of a Git repository over HTTPS')
    .option('--ssh-private-key-path <file>', 'private SSH key')
    .option('--tls-client-cert-path <file>', 'TLS client certificate in PEM format')
    .option('--tls-client-cert-key-path <file>', "the client certificate's key in PEM format")
    .option('--enable-oci', 'a helm repository in a registry')
    .option('--insecure-oci-force-http', 'HTTP instead of HTTPS for a registry')
    .option('--github-app-id <id>', 'id of a GitHub App')
    .option('--github-app-installation-id <id>', 'its installation (found by itself where not given)')
    .option('--github-app-private-key-path <file>', 'private key of the GitHub App')
    .option('--github-app-enterprise-base-url <url>', 'API of a GitHub Enterprise, https://ghe.example.com/api/v3')
    .option('--gcp-service-account-key-path <file>', 'JSON key of a Google service account')
    .option('--force-http-basic-auth', 'kept for Argo CD; credentials always go with the first request')
    .option('--use-azure-workload-identity', 'the identity that Azure gives this installation')
    .option('--azure-service-principal-tenant-id <id>', 'tenant of an Azure service principal')
    .option('--azure-service-principal-client-id <id>', 'client of an Azure service principal')
    .option('--azure-service-principal-client-secret <secret>', 'secret of an Azure service principal')
    .option('--azure-active-directory-endpoint <url>', 'authority other than https://login.microsoftonline.com');
}

/** The command-line library takes `--no-…` for the opposite of a flag; this one is a flag of its own. */
function noProxyFlag(): Option {
  const flag = new Option('--no-proxy <hosts>', 'hosts that are reached directly, with commas between them');
  flag.negate = false;
  flag.attributeName = () => 'noProxy';
  return flag;
}

function addCert(program: Command, io: Io): void {
  const group = program.command('cert').description('SSH host keys and TLS authorities of repositories');
  const verb = verbOf(group, 'cert');
  const load = (): Promise<typeof Cert> => import('./cert.ts');
  verb('add-ssh', 'add SSH host keys', 'add-ssh --batch < <(ssh-keyscan git.example.com)')
    .option('--batch', 'read lines of a known_hosts file (mandatory)')
    .option('--from <file>', 'read them from a file instead of standard input')
    .option('--upsert', 'replace other keys of the same hosts')
    .action(async (options: Cert.CertOptions) => (await load()).certAddSsh(options, io));
  verb('add-tls <server>', 'add the authorities of a host', 'add-tls git.example.com --from ca.pem')
    .option('--from <file>', 'read them from a file instead of standard input')
    .option('--upsert', 'replace other authorities of the host')
    .action(async (server: string, options: Cert.CertOptions) => (await load()).certAddTls(server, options, io));
  verb('list', 'list host keys and authorities', 'list --cert-type ssh')
    .option('-o, --output <format>', 'json, yaml or wide')
    .option('--sort <order>', 'hostname or type')
    .option('--cert-type <type>', 'ssh or https')
    .option('--hostname-pattern <pattern>', 'only hosts that match')
    .action(async (options: Cert.CertOptions) => (await load()).certList(options, io));
  verb('rm <server>', 'remove host keys and authorities', 'rm git.example.com')
    .option('--cert-type <type>', 'ssh or https')
    .option('--cert-sub-type <type>', 'only keys of this type, such as ssh-rsa')
    .option('-y, --yes', 'ask nothing (nothing is asked)')
    .action(async (server: string, options: Cert.CertOptions) => (await load()).certRemove(server, options, io));
}
