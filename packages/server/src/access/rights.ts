// What one request may do: everything where it bears no token, because then it comes from the owner of this process; with a token
// what argocd-rbac-cm and the project of the token permit, asked anew each time.

import { type Gate, type KnownBearer, type RbacRequest, TokenRefused, barePermissionDenied } from '@evenkeel/argo';
import { ActionRefused } from '../faces/face.ts';

/** What the bearer of a token may, or the owner. */
export interface Rights {
  /** As the record of actions names who asked. */
  readonly username: string;
  readonly isOwner: boolean;
  readonly groups: readonly string[];
  may(request: RbacRequest): boolean;
  /** Throws ActionRefused with upstream's sentence where the request is not permitted. */
  demand(request: RbacRequest): void;
  /** Whether the token is still good. */
  isGood(): Promise<boolean>;
}

/** Until accounts exist, everybody who reaches this server without a token is the person who started it. */
export const ownerRights: Rights = {
  username: 'admin',
  isOwner: true,
  groups: [],
  may: () => true,
  demand: () => undefined,
  isGood: () => Promise.resolve(true),
};

/** The rights of a token's bearer. Rejects with ActionRefused where the token is not accepted. */
export async function rightsOfToken(gate: Gate | undefined, token: string): Promise<Rights> {
  if (!gate) throw unauthenticated('invalid session: this server verifies no tokens');
  const bearer = await verified(gate, token);
  return {
    username: bearer.subject,
    isOwner: false,
    groups: bearer.groups,
    may: (request) => gate.allows(bearer, request),
    demand(request) {
      if (!gate.allows(bearer, request)) throw forbidden(gate.refusal(bearer, request));
    },
    isGood: () =>
      gate.verify(token).then(
        () => true,
        () => false,
      ),
  };
}

async function verified(gate: Gate, token: string): Promise<KnownBearer> {
  try {
    return await gate.verify(token);
  } catch (error) {
    if (error instanceof TokenRefused) throw unauthenticated(`invalid session: ${error.message}`);
    throw error;
  }
}

/** A refusal that tells nothing, not even whether what was asked for is there. */
export function forbidden(sentence: string = barePermissionDenied): ActionRefused {
  return new ActionRefused('FORBIDDEN', sentence);
}

/** A refusal of somebody who is not known. */
export function unauthenticated(sentence: string): ActionRefused {
  return new ActionRefused('UNAUTHENTICATED', sentence);
}
