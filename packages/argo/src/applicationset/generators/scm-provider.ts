// The scmProvider generator: repositories of an organisation, with their branches.
// Mirrors argoproj/argo-cd:applicationset/{generators/scm_provider.go,services/scm_provider/utils.go} (3.6).

import { ForgeError, type ForgeProvider, type ForgeRepository, createForgeProvider } from '@evenkeel/git';
import { type Value, fromJson } from '@evenkeel/gotemplate';
import type { GoRegex } from '@evenkeel/lang';
import type { Json, JsonObject } from '@evenkeel/resource';
import { GenerationError, objectOf } from '../application-set.ts';
import { sanitizeName } from '../template/names.ts';
import type { Params } from '../template/params.ts';
import { appendValues } from '../template/render.ts';
import { checkAllowed, compilePattern, forgeAuth, textOf } from './forge-access.ts';
import type { GeneratorInput } from './input.ts';

/** Providers in the order upstream looks for them. */
const providers = [
  'github',
  'gitlab',
  'gitea',
  'bitbucketServer',
  'azureDevOps',
  'bitbucket',
  'awsCodeCommit',
] as const;

interface Filter {
  readonly repository: GoRegex | undefined;
  readonly label: GoRegex | undefined;
  readonly branch: GoRegex | undefined;
  readonly pathsExist: readonly string[];
  readonly pathsDoNotExist: readonly string[];
  /** A filter looks at branches as soon as it names a branch or a path. */
  readonly stage: 'repository' | 'branch' | 'none';
}

export async function generateRepositories(spec: JsonObject, input: GeneratorInput): Promise<readonly Params[]> {
  const kind = providers.find((name) => objectOf(spec[name]) !== undefined);
  const provider = kind === undefined ? undefined : objectOf(spec[kind]);
  checkAllowed(textOf(provider?.['api']), input);
  if (kind === undefined || !provider) throw new GenerationError('no SCM provider implementation configured');
  const filters = listOf(spec['filters']).map(compileFilter);
  const client =
    input.world.repositories?.(kind, provider) ??
    createForgeProvider(kind, {
      fields: provider,
      auth: await forgeAuth(provider, input),
      access: input.world.access,
      environment: input.world.environment,
    });
  const found = await listRepositories(client, filters, textOf(spec['cloneProtocol']));
  return found.map((repository) => {
    const params = repositoryParams(repository);
    appendValues(spec['values'], params, input.set.spec);
    return params;
  });
}

async function listRepositories(
  client: ForgeProvider,
  filters: readonly Filter[],
  protocol: string,
): Promise<readonly ForgeRepository[]> {
  try {
    const repositoryFilters = filters.filter(({ stage }) => stage === 'repository');
    const branchFilters = filters.filter(({ stage }) => stage === 'branch');
    const result: ForgeRepository[] = [];
    for (const repository of await client.repositories(protocol)) {
      if (!(await anyFits(repositoryFilters, repository, client))) continue;
      for (const branch of await client.branches(repository)) {
        if (await anyFits(branchFilters, branch, client)) result.push(branch);
      }
    }
    return result;
  } catch (error) {
    if (error instanceof ForgeError)
      throw new GenerationError(`error listing repos: ${error.message}`, { cause: error });
    throw error;
  }
}

async function anyFits(
  filters: readonly Filter[],
  repository: ForgeRepository,
  client: ForgeProvider,
): Promise<boolean> {
  if (filters.length === 0) return true;
  for (const filter of filters) if (await fits(filter, repository, client)) return true;
  return false;
}

async function fits(filter: Filter, repository: ForgeRepository, client: ForgeProvider): Promise<boolean> {
  if (filter.repository?.test(repository.repository) === false) return false;
  if (filter.branch?.test(repository.branch) === false) return false;
  if (filter.label && !repository.labels.some((label) => filter.label?.test(label))) return false;
  for (const path of filter.pathsExist) if (!(await client.hasPath(repository, path))) return false;
  for (const path of filter.pathsDoNotExist) if (await client.hasPath(repository, path)) return false;
  return true;
}

function compileFilter(json: Json): Filter {
  const fields = objectOf(json) ?? {};
  const paths = (value: Json | undefined): readonly string[] =>
    listOf(value).map((path) => textOf(path).replace(/\/+$/, ''));
  const looksAtBranches = ['pathsExist', 'pathsDoNotExist', 'branchMatch'].some((name) => fields[name] !== undefined);
  const looksAtRepositories = ['repositoryMatch', 'labelMatch'].some((name) => fields[name] !== undefined);
  return {
    repository: compilePattern(fields['repositoryMatch'], 'RepositoryMatch'),
    label: compilePattern(fields['labelMatch'], 'LabelMatch'),
    branch: compilePattern(fields['branchMatch'], 'BranchMatch'),
    pathsExist: paths(fields['pathsExist']),
    pathsDoNotExist: paths(fields['pathsDoNotExist']),
    stage: looksAtBranches ? 'branch' : looksAtRepositories ? 'repository' : 'none',
  };
}

function repositoryParams(found: ForgeRepository): Params {
  return new Map<Value, Value>([
    ['organization', found.organization],
    ['repository', found.repository],
    ['repository_id', fromJson(found.id)],
    ['url', found.url],
    ['branch', found.branch],
    ['sha', found.sha],
    ['short_sha', found.sha.slice(0, 8)],
    ['short_sha_7', found.sha.slice(0, 7)],
    ['labels', found.labels.join(',')],
    ['branchNormalized', sanitizeName(found.branch)],
  ]);
}

function listOf(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? (json as readonly Json[]) : [];
}
