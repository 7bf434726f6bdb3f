// Every key, on one card.

import type { ReactNode } from 'react';
import { Dialog } from '../parts/dialog.tsx';

const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Everywhere',
    [
      ['Ctrl K', 'find applications, commits and actions'],
      ['g f', 'fleet'],
      ['g t', 'timeline'],
      ['?', 'this card'],
      ['Esc', 'close what is open'],
    ],
  ],
  [
    'Fleet',
    [
      ['/', 'search'],
      ['j k', 'next and previous application'],
      ['Enter', 'open it'],
      ['← →', 'walk along its waterline; Enter opens the timeline there'],
      ['s', 'sync it'],
    ],
  ],
  [
    'Application',
    [
      ['s', 'sync'],
      ['r', 'refresh'],
      ['d', 'diff'],
      ['j k ↑ ↓', 'next and previous resource'],
      ['← →', 'fold and unfold'],
      ['Enter', 'open the resource'],
    ],
  ],
];

/** The help overlay. */
export function Help({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="Keyboard" onClose={onClose} className="help">
      <div className="help-groups">
        {groups.map(([name, keys]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    {key.split(' ').map((part) => (
                      <kbd key={part}>{part}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
