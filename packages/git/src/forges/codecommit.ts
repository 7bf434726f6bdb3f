// AWS CodeCommit: JSON 1.1 over signed requests. Documented at docs.aws.amazon.com/codecommit/latest/APIReference. Mirrors
// argoproj/argo-cd:applicationset/services/scm_provider/aws_codecommit.go (3.6).

import { type AwsClient, createAwsClient } from '../aws/account.ts';
import { ForgeError } from './errors.ts';
import { type ForgeOptions, type ForgeProvider, type ForgeRepository, field, isOn } from './forge.ts';
import { type JsonRecord, record, records, text } from './json.ts';
import { everyPage } from './pages.ts';

/** Repositories of one account and region; by tags, where tags are named. */
export function codecommitRepositories(options: ForgeOptions): ForgeProvider {
  const call = createAwsClient({
    access: options.access,
    environment: options.environment ?? {},
    region: field(options, 'region'),
    role: field(options, 'role'),
  });
  const metadata = async (name: string): Promise<JsonRecord> => {
    const answer = await commit(call, 'GetRepository', { repositoryName: name });
    return record(answer['repositoryMetadata'] ?? {}, 'repositoryMetadata');
  };
  return {
    async repositories(protocol) {
      const names = await repositoryNames(call, options);
      const found: ForgeRepository[] = [];
      for (const name of names) {
        const one = await metadata(name);
        // One without a default branch has nothing in it.
        if (text(one, 'defaultBranch') === '') continue;
        found.push({
          organization: text(one, 'accountId'),
          repository: text(one, 'repositoryName'),
          url: cloneUrl(one, protocol),
          branch: text(one, 'defaultBranch'),
          sha: '',
          labels: [],
          id: text(one, 'repositoryId'),
        });
      }
      return found;
    },
    async branches(repository) {
      const { repository: repositoryName } = repository;
      if (!isOn(options, 'allBranches')) {
        return [{ ...repository, branch: text(await metadata(repositoryName), 'defaultBranch') }];
      }
      const found = await paged(
        (nextToken) => commit(call, 'ListBranches', { repositoryName, ...nextToken }),
        'nextToken',
      );
      return found.flatMap((page) => names(page['branches']).map((branch) => ({ ...repository, branch })));
    },
    hasPath: (repository, path) => hasPath(call, repository, path),
  };
}

/** The folder above is listed: one file would be sent whole. */
async function hasPath(call: AwsClient, { repository, branch }: ForgeRepository, path: string): Promise<boolean> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1);
  if (name === undefined) return true;
  const folderPath = `/${parts.slice(0, -1).join('/')}`;
  const wanted = { repositoryName: repository, commitSpecifier: branch, folderPath };
  try {
    const folder = await commit(call, 'GetFolder', wanted);
    return ['subModules', 'subFolders', 'files', 'symbolicLinks'].some((kind) =>
      records(folder[kind] ?? [], kind).some((entry) => text(entry, 'relativePath') === name),
    );
  } catch (error) {
    const missing = /^(Repository|Commit|Folder)DoesNotExistException$/;
    if (error instanceof ForgeError && missing.test(error.type ?? '')) return false;
    throw error;
  }
}

async function repositoryNames(call: AwsClient, options: ForgeOptions): Promise<readonly string[]> {
  const filters = tagFilters(options);
  if (filters.length === 0) {
    const pages = await paged((nextToken) => commit(call, 'ListRepositories', nextToken), 'nextToken');
    return pages.flatMap((page) =>
      records(page['repositories'] ?? [], 'repositories').map((one) => text(one, 'repositoryName')),
    );
  }
  const pages = await paged(
    async (token) =>
      record(
        await call({
          service: 'tagging',
          target: 'ResourceGroupsTaggingAPI_20170126.GetResources',
          input: { ResourceTypeFilters: ['codecommit:repository'], TagFilters: filters, ...token },
        }),
        'GetResources',
      ),
    'PaginationToken',
  );
  return pages.flatMap((page) =>
    records(page['ResourceTagMappingList'] ?? [], 'ResourceTagMappingList').flatMap((one) => {
      // arn:aws:codecommit:region:account:name
      const parts = text(one, 'ResourceARN').split(':');
      return parts[0] === 'arn' && parts.length >= 6 ? [parts.slice(5).join(':')] : [];
    }),
  );
}

/** One filter for each key, with all its values; none of them for any value. */
function tagFilters({
  fields,
}: ForgeOptions): readonly { readonly Key: string; readonly Values?: readonly string[] }[] {
  const values = new Map<string, string[]>();
  for (const filter of records(fields['tagFilters'] ?? [], 'tagFilters')) {
    const known = values.get(text(filter, 'key')) ?? [];
    if (text(filter, 'value') !== '') known.push(text(filter, 'value'));
    values.set(text(filter, 'key'), known);
  }
  return Array.from(values, ([Key, Values]) => (Values.length === 0 ? { Key } : { Key, Values }));
}

function cloneUrl(metadata: JsonRecord, protocol: string): string {
  const https = text(metadata, 'cloneUrlHttp');
  switch (protocol) {
    case '':
    case 'ssh':
      return text(metadata, 'cloneUrlSsh');
    case 'https':
      return https;
    case 'https-fips': {
      if (https.startsWith('https://git-codecommit-fips.')) return https;
      if (https.startsWith('https://git-codecommit.')) return https.replace('git-codecommit.', 'git-codecommit-fips.');
      throw new ForgeError(
        'invalid-argument',
        `https-fips is provided but repoUrl can't be transformed to FIPS endpoint: the provided https endpoint isn't recognized, cannot be transformed to FIPS endpoint: ${https}`,
      );
    }
    default:
      throw new ForgeError('invalid-argument', `unknown clone protocol for codecommit ${protocol}`);
  }
}

async function commit(call: AwsClient, action: string, input: Readonly<Record<string, unknown>>): Promise<JsonRecord> {
  return record(await call({ service: 'codecommit', target: `CodeCommit_20150413.${action}`, input }), action);
}

/** Asks for page after page. */
async function paged(
  ask: (token: Readonly<Record<string, string>>) => Promise<JsonRecord>,
  name: string,
): Promise<readonly JsonRecord[]> {
  return everyPage<JsonRecord, string>('', async (token) => {
    const page = await ask(token === '' ? {} : { [name]: token });
    return { items: [page], next: text(page, name) || undefined };
  });
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
}
