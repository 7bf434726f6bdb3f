// The pullRequest generator: open pull requests of one repository.
// Mirrors argoproj/argo-cd:applicationset/{generators/pull_request.go,services/pull_request/utils.go} (3.6).

import { ForgeError, type PullRequest, createPullRequestProvider } from '@evenkeel/git';
import { type Value, stringSliceType, withType } from '@evenkeel/gotemplate';
import type { Json, JsonObject } from '@evenkeel/resource';
import { GenerationError, objectOf } from '../application-set.ts';
import { branchSlug } from '../template/names.ts';
import type { Params } from '../template/params.ts';
import { appendValues } from '../template/render.ts';
import { checkAllowed, compilePattern, forgeAuth, textOf } from './forge-access.ts';
import { type GeneratorInput, explained } from './input.ts';

const providers = ['github', 'gitlab', 'gitea', 'bitbucketServer', 'bitbucket', 'azuredevops'] as const;

export async function generatePullRequests(spec: JsonObject, input: GeneratorInput): Promise<readonly Params[]> {
  const client = await explained('failed to select pull request service provider', () => clientOf(spec, input));
  const filters = (Array.isArray(spec['filters']) ? (spec['filters'] as readonly Json[]) : []).map(compileFilter);
  const found = await list(client, spec['continueOnRepoNotFoundError'] === true);
  const chosen = filters.length === 0 ? found : found.filter((pull) => filters.some((fits) => fits(pull)));
  return chosen.map((pull) => {
    const params = pullParams(pull);
    // Upstream gives labels to Go templates only.
    if (input.set.spec.goTemplate) params.set('labels', withType([...pull.labels], stringSliceType));
    appendValues(spec['values'], params, input.set.spec);
    return params;
  });
}

type Client = ReturnType<typeof createPullRequestProvider>;

async function clientOf(spec: JsonObject, input: GeneratorInput): Promise<Client> {
  const kind = providers.find((name) => objectOf(spec[name]) !== undefined);
  const provider = kind === undefined ? undefined : objectOf(spec[kind]);
  checkAllowed(textOf(provider?.['api']), input);
  if (kind === undefined || !provider) throw new GenerationError('no Pull Request provider implementation configured');
  return (
    input.world.pullRequests?.(kind, provider) ??
    createPullRequestProvider(kind, {
      fields: provider,
      auth: await forgeAuth(provider, input),
      access: input.world.access,
    })
  );
}

async function list(client: Client, mayBeMissing: boolean): Promise<readonly PullRequest[]> {
  try {
    return await client.pullRequests();
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    if (mayBeMissing && error.code === 'not-found') return [];
    throw new GenerationError(`error listing repos: ${error.message}`, { cause: error });
  }
}

function compileFilter(json: Json): (pull: PullRequest) => boolean {
  const fields = objectOf(json) ?? {};
  const branch = compilePattern(fields['branchMatch'], 'BranchMatch');
  const target = compilePattern(fields['targetBranchMatch'], 'TargetBranchMatch');
  const title = compilePattern(fields['titleMatch'], 'TitleMatch');
  return (pull) =>
    branch?.test(pull.branch) !== false &&
    target?.test(pull.targetBranch) !== false &&
    title?.test(pull.title) !== false;
}

function pullParams(pull: PullRequest): Params {
  return new Map<Value, Value>([
    ['number', String(pull.number)],
    ['title', pull.title],
    ['branch', pull.branch],
    ['branch_slug', branchSlug(pull.branch)],
    ['target_branch', pull.targetBranch],
    ['target_branch_slug', branchSlug(pull.targetBranch)],
    ['head_sha', pull.headSha],
    ['head_short_sha', pull.headSha.slice(0, 8)],
    ['head_short_sha_7', pull.headSha.slice(0, 7)],
    ['author', pull.author],
  ]);
}
