// POST /api/webhook: a forge or registry says that something changed. Everything that could be concerned looks again; what
// it says about content is not believed, only asked about.

import {
  type WebhookEvent,
  type WebhookRequest,
  type WebhookSecrets,
  namesRepository,
  repositoryIdentity,
  readWebhook,
} from '@evenkeel/git';
import { type KubeClient, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { SourceStore } from '@evenkeel/source';
import { requestRefresh } from '../actions.ts';
import { type Application, sourcesOf } from '../application.ts';
import type { ApplicationSet } from '../applicationset/application-set.ts';
import { secretData } from '../applicationset/generators/world.ts';
import { controlPlaneNamespace } from '../tracking.ts';
import { concernsApplication, concernsSet } from './targets.ts';

export interface WebhookOptions {
  readonly client: KubeClient;
  readonly store: SourceStore;
  readonly applications: () => readonly Application[];
  readonly sets: () => readonly ApplicationSet[];
  /** Has a set generate anew. */
  readonly refreshSet: (namespace: string, name: string) => void;
  /**
   * True where this process reconciles the Application and watches its repositories: asking the repository once wakes all of
   * them, and a mark on each of hundreds of Applications (and its removal) is left out.
   */
  readonly watchedHere?: (application: Application) => boolean;
  readonly onNotice?: (sentence: string) => void;
}

/** The answer to the sender. */
export interface WebhookAnswer {
  readonly status: number;
  readonly message: string;
}

/** Makes the handler. It answers as soon as it knows who is concerned; telling them goes on behind. */
export function createWebhookHandler(options: WebhookOptions): (request: WebhookRequest) => Promise<WebhookAnswer> {
  return async (request) => {
    const largest = await payloadMegabytes(request, options.client);
    if (request.body.length > largest * MEGABYTE) return { status: 400, message: tooLarge(largest) };
    const result = readWebhook(request, await readSecrets(options.client));
    if (result.kind === 'refused')
      return { status: result.status, message: `Webhook processing failed: ${result.message}` };
    if (result.kind === 'ignored') return { status: 200, message: '' };
    const { applications, sets } = tell([result.event, ...(result.others ?? [])], options);
    return { status: 200, message: `${applications} applications and ${sets} application sets look again` };
  };
}

const MEGABYTE = 1024 * 1024;
const payloadMegabytesDefault = 50;

/** `webhook.maxPayloadSizeMB` of argocd-cm. What fits into a megabyte is not worth the question. */
async function payloadMegabytes({ body }: WebhookRequest, client: KubeClient): Promise<number> {
  if (body.length <= MEGABYTE) return payloadMegabytesDefault;
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  const map = type && (await client.get(type, { namespace: controlPlaneNamespace, name: 'argocd-cm' }));
  const data = (map?.['data'] ?? {}) as Readonly<Record<string, string>>;
  const said = Number(data['webhook.maxPayloadSizeMB'] ?? '');
  return Number.isInteger(said) && said > 0 ? said : payloadMegabytesDefault;
}

function tooLarge(megabytes: number): string {
  return `Webhook processing failed: The payload is either too large or corrupted. Please check the payload size (must be under ${megabytes} MB) and ensure it is valid JSON`;
}

function tell(
  events: readonly WebhookEvent[],
  options: WebhookOptions,
): { readonly applications: number; readonly sets: number } {
  const concerned = <T>(all: readonly T[], concerns: (one: T, event: WebhookEvent) => boolean): readonly T[] =>
    all.filter((one) => events.some((event) => concerns(one, event)));
  const applications = concerned(options.applications(), concernsApplication);
  const sets = concerned(options.sets(), concernsSet);
  for (const url of toldUrls(applications, events)) options.store.poke(url);
  for (const { namespace, name } of sets) options.refreshSet(namespace, name);
  const isPush = events.every(({ kind }) => kind === 'push');
  for (const application of applications) {
    if (isPush && options.watchedHere?.(application) === true) continue;
    requestRefresh(options.client, application, false).catch((error: unknown) => {
      if (!isKubeError(error, 404))
        options.onNotice?.(`webhook: ${application.name} could not be told: ${String(error)}`);
    });
  }
  return { applications: applications.length, sets: sets.length };
}

/** The repositories that were pushed to, as the sender and as the Applications spell them; others need not be asked. */
function toldUrls(applications: readonly Application[], events: readonly WebhookEvent[]): Iterable<string> {
  const told = events.flatMap((event) => (event.kind === 'push' ? event.repositories : []));
  const urlsOf = ({ spec }: Application): readonly string[] =>
    [...sourcesOf(spec), ...(spec.sourceHydrator ? [spec.sourceHydrator.drySource] : [])].map(
      (source) => source?.repoURL ?? '',
    );
  const urls = new Set(applications.flatMap(urlsOf));
  const spelt = [...urls].filter((url) => url !== '' && told.some((one) => namesRepository(url, one)));
  const plain = told.filter((one) => /^https?:\/\/[^/]+\/./.test(one) && URL.canParse(one));
  // Every spelling of a repository leads to the same place, which is asked once.
  return new Map([...plain, ...spelt].map((url) => [repositoryIdentity(url), url])).values();
}

const partOf = 'app.kubernetes.io/part-of';

/** The secrets of argocd-secret; a value "$key" stands for another key of it, "$secret:key" for one of another Secret. */
async function readSecrets(client: KubeClient): Promise<WebhookSecrets> {
  const data = await readSecret(client, 'argocd-secret');
  const others = new Map<string, ReadonlyMap<string, string>>();
  for (const [key, value] of data) {
    const name = /^\$([^:]+):/.exec(value.trim())?.[1];
    if (key.startsWith('webhook.') && name !== undefined) others.set(name, await readSecret(client, name));
  }
  const value = (key: string): string => {
    const found = (data.get(`webhook.${key}`) ?? '').trim();
    if (!found.startsWith('$')) return found;
    const [, name, inner = ''] = /^\$(?:([^:]+):)?(.*)$/s.exec(found) ?? [];
    // What cannot be looked up stands for itself, and so fits nothing that a sender says by accident.
    return (name === undefined ? data : others.get(name))?.get(inner) ?? found;
  };
  return {
    github: value('github.secret'),
    gitlab: value('gitlab.secret'),
    gogs: value('gogs.secret'),
    bitbucketUuid: value('bitbucket.uuid'),
    bitbucketServer: value('bitbucketserver.secret'),
    azureUsername: value('azuredevops.username'),
    azurePassword: value('azuredevops.password'),
    harbor: value('harbor.secret'),
    dockerHub: value('dockerhub.secret'),
  };
}

/** A Secret's data; of others than the original's own only those that say to be a part of it. */
async function readSecret(client: KubeClient, name: string): Promise<ReadonlyMap<string, string>> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'Secret' });
  const secret: KubeObject | undefined = type && (await client.get(type, { namespace: controlPlaneNamespace, name }));
  const mayBeRead = name === 'argocd-secret' || secret?.metadata.labels?.[partOf] === 'argocd';
  return secret && mayBeRead ? secretData(secret) : new Map<string, string>();
}
