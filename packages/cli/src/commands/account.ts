// `evenkeel account can-i`. Mirrors argoproj/argo-cd:cmd/argocd/commands/account.go (3.6).

import { apiPaths, canIAnswer } from '@evenkeel/api';
import { send } from '../api-request.ts';
import type { Io } from '../io.ts';

export interface AccountOptions {
  readonly server?: string;
}

/** Prints yes or no. */
export async function canI(
  wish: { readonly action: string; readonly resource: string; readonly object: string },
  options: AccountOptions,
  io: Io,
): Promise<void> {
  const path = apiPaths.canI(wish.resource, wish.action, wish.object);
  const { value } = await send(io, options, { path, schema: canIAnswer });
  io.out(`${value}\n`);
}
