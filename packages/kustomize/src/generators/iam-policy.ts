// IAMPolicyGenerator: a service account bound to one of a cloud (api:filters/iampolicygenerator, v0.21.1).

import { nodeFromJson } from '../nodes/json.ts';
import { KustomizeError } from '../problems.ts';
import { Resource } from '../resources/resource.ts';

interface IamPolicyConfig {
  readonly cloud?: string;
  readonly kubernetesService?: { readonly name?: string; readonly namespace?: string };
  readonly serviceAccount?: { readonly name?: string; readonly projectId?: string };
}

/** Makes the service account. Throws KustomizeError for clouds other than GKE. */
export function iamPolicy(values: unknown): Resource[] {
  const { cloud = '', kubernetesService = {}, serviceAccount = {} } = values as IamPolicyConfig;
  if (cloud !== 'gke') throw new KustomizeError('PLUGIN', `cloud provider ${cloud} not supported yet`);
  const { name = '', namespace = '' } = kubernetesService;
  const account = `${serviceAccount.name ?? ''}@${serviceAccount.projectId ?? ''}.iam.gserviceaccount.com`;
  const object = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      annotations: { 'iam.gke.io/gcp-service-account': account },
      name,
      ...(namespace !== '' && { namespace }),
    },
  };
  return [new Resource(nodeFromJson(object))];
}
