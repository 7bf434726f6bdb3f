// Forges by the names that ApplicationSets give them.

import { azurePullRequests, azureRepositories } from './azure-devops.ts';
import { bitbucketPullRequests, bitbucketRepositories } from './bitbucket-cloud.ts';
import { bitbucketServerPullRequests, bitbucketServerRepositories } from './bitbucket-server.ts';
import { codecommitRepositories } from './codecommit.ts';
import { ForgeError } from './errors.ts';
import type { ForgeOptions, ForgeProvider, PullRequestProvider } from './forge.ts';
import { giteaPullRequests, giteaRepositories } from './gitea.ts';
import { githubPullRequests, githubRepositories } from './github.ts';
import { gitlabPullRequests, gitlabRepositories } from './gitlab.ts';

const repositoryProviders: ReadonlyMap<string, (options: ForgeOptions) => ForgeProvider> = new Map([
  ['github', githubRepositories],
  ['gitlab', gitlabRepositories],
  ['gitea', giteaRepositories],
  ['bitbucket', bitbucketRepositories],
  ['bitbucketServer', bitbucketServerRepositories],
  ['azureDevOps', azureRepositories],
  ['awsCodeCommit', codecommitRepositories],
]);

const pullRequestProviders: ReadonlyMap<string, (options: ForgeOptions) => PullRequestProvider> = new Map([
  ['github', githubPullRequests],
  ['gitlab', gitlabPullRequests],
  ['gitea', giteaPullRequests],
  ['bitbucket', bitbucketPullRequests],
  ['bitbucketServer', bitbucketServerPullRequests],
  ['azuredevops', azurePullRequests],
]);

/** A client that lists repositories. @throws ForgeError `invalid-argument` for a forge that is not known. */
export function createForgeProvider(kind: string, options: ForgeOptions): ForgeProvider {
  const make = repositoryProviders.get(kind);
  if (!make) throw new ForgeError('invalid-argument', `the forge "${kind}" is not supported`);
  return make(options);
}

/** A client that lists pull requests. @throws ForgeError `invalid-argument` for a forge that is not known. */
export function createPullRequestProvider(kind: string, options: ForgeOptions): PullRequestProvider {
  const make = pullRequestProviders.get(kind);
  if (!make) throw new ForgeError('invalid-argument', `the forge "${kind}" is not supported`);
  return make(options);
}
