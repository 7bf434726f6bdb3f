// Signs approved CertificateSigningRequests for the signers that Kubernetes has itself (pkg/controller/certificates/signer, 1.35).

import { readSigningRequest } from '../http/signing-request.ts';
import type { SigningRequest } from '../http/signing-request.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import type { Bag } from '../store/draft.ts';
import { type ControllerSpec, ownKey } from './controller.ts';
import { specView, statusView } from './views.ts';

/** Certifies a key by the cluster's authority: a certificate in PEM. */
export type Certify = (
  request: SigningRequest,
  wish: { readonly usages: readonly string[]; readonly seconds: number },
) => string;

interface RequestView {
  readonly request: string;
  readonly signerName: string;
  readonly usages?: readonly string[];
  readonly expirationSeconds?: number;
}

const collection = 'certificatesigningrequests.certificates.k8s.io';
const yearSeconds = 365 * 24 * 3600;
const secondsMin = 600;

/** The signing controller. */
export function signingController(certify: Certify): ControllerSpec {
  return {
    manager: 'kube-controller-manager',
    watches: { [collection]: ownKey },
    reconcile: (actor, _namespace, name) => {
      const object = actor.get(collection, '', name);
      if (object === undefined) return;
      const { request, signerName, usages = [], expirationSeconds } = specView<RequestView>(object);
      const status = statusView<Bag>(object);
      const says = (type: string): boolean => bagsOf(status['conditions']).some((each) => each['type'] === type);
      if (!says('Approved') || says('Failed') || says('Denied') || status['certificate'] !== undefined) return;
      const check = signers[signerName];
      const read = readSigningRequest(Buffer.from(request, 'base64').toString());
      if (check === undefined || typeof read === 'string') return;
      const problem = check(read, usages);
      actor.updateStatus(collection, object, (next) => {
        if (problem === undefined) {
          const seconds = Math.min(yearSeconds, Math.max(secondsMin, expirationSeconds ?? yearSeconds));
          next['certificate'] = Buffer.from(certify(read, { usages, seconds })).toString('base64');
        } else {
          const failure = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: problem };
          next['conditions'] = [...bagsOf(next['conditions']), { ...failure, lastUpdateTime: actor.now() }];
        }
      });
    },
  };
}

type Check = (request: SigningRequest, usages: readonly string[]) => string | undefined;

const signers: Readonly<Record<string, Check>> = {
  'kubernetes.io/kube-apiserver-client': (_request, usages) => clientProblem(usages),
  'kubernetes.io/kube-apiserver-client-kubelet': (request, usages) =>
    nodeProblem(request) ??
    (request.alternativeNames === undefined ? undefined : 'DNS subjectAltNames are not allowed') ??
    usageProblem(usages, 'client auth'),
  'kubernetes.io/kubelet-serving': (request, usages) =>
    nodeProblem(request) ??
    (request.alternativeNames === undefined ? 'DNS or IP subjectAltName is required' : undefined) ??
    usageProblem(usages, 'server auth'),
};

function clientProblem(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => !['client auth', 'digital signature', 'key encipherment'].includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

function nodeProblem({ organizations, commonName }: SigningRequest): string | undefined {
  if (organizations.join('|') !== 'system:nodes') return 'subject organization is not system:nodes';
  return commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:';
}

// With RSA keys their encipherment goes along.
function usageProblem(usages: readonly string[], purpose: string): string | undefined {
  const given = [...usages].sort().join('|');
  const required = ['digital signature', purpose].sort();
  const withRsa = [...required, 'key encipherment'].sort();
  if (given === required.join('|') || given === withRsa.join('|')) return undefined;
  return `usages did not match [${withRsa.join(' ')}]`;
}
