// POST /api/webhook: a forge or registry says that something changed. Everything that could be concerned looks again; what
// it says about content is not believed, only asked about.

import { type WebhookEvent, type WebhookRequest, type WebhookSecrets, readWebhook } from '@evenkeel/git';
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
    const result = readWebhook(request, await readSecrets(options.client));
    if (result.kind === 'refused')
      return { status: result.status, message: `Webhook processing failed: ${result.message}` };
    if (result.kind === 'ignored') return { status: 200, message: '' };
    const { applications, sets } = tell(result.event, options);
    return { status: 200, message: `${applications} applications and ${sets} application sets look again` };
  };
}

function tell(event: WebhookEvent, options: WebhookOptions): { readonly applications: number; readonly sets: number } {
  const applications = options.applications().filter((application) => concernsApplication(application, event));
  const sets = options.sets().filter((set) => concernsSet(set, event));
  if (event.kind === 'push') for (const url of urlsOf(applications)) options.store.poke(url);
  for (const { namespace, name } of sets) options.refreshSet(namespace, name);
  for (const application of applications) {
    if (event.kind === 'push' && options.watchedHere?.(application) === true) continue;
    requestRefresh(options.client, application, false).catch((error: unknown) => {
      if (!isKubeError(error, 404))
        options.onNotice?.(`webhook: ${application.name} could not be told: ${String(error)}`);
    });
  }
  return { applications: applications.length, sets: sets.length };
}

function urlsOf(applications: readonly Application[]): ReadonlySet<string> {
  return new Set(
    applications.flatMap(({ spec }) => sourcesOf(spec).map(({ repoURL = '' }) => repoURL)).filter((url) => url !== ''),
  );
}

/** The secrets of argocd-secret; a value "$name" stands for another key of it. */
async function readSecrets(client: KubeClient): Promise<WebhookSecrets> {
  const type = await client.discovery.resolve({ group: '', version: 'v1', kind: 'Secret' });
  const at = { namespace: controlPlaneNamespace, name: 'argocd-secret' };
  const secret: KubeObject | undefined = type && (await client.get(type, at));
  const data = secret ? secretData(secret) : new Map<string, string>();
  const value = (key: string): string => {
    const found = (data.get(`webhook.${key}`) ?? '').trim();
    return found.startsWith('$') ? (data.get(found.slice(1)) ?? found) : found;
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
