// How the verbs of `evenkeel account` are declared; what they do is loaded when one of them runs.

import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type * as Account from './account.ts';

/** Adds the verbs of argocd account that need no accounts. */
export function addAccount(program: Command, io: Io): void {
  const account = program.command('account').description('what the bearer of a token may do');
  account
    .command('can-i <action> <resource> <subresource>')
    .description('whether the token of this command permits an action')
    .option('--server <url>', 'the server to talk to (the last `evenkeel up` by default)')
    .addHelpText('after', '\nExample:\n  evenkeel account can-i sync applications \'team-a/*\' --auth-token "$TOKEN"')
    .action(async (action: string, resource: string, object: string, options: Account.AccountOptions) =>
      (await import('./account.ts')).canI({ action, resource, object }, options, io),
    );
}
