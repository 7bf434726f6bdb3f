// Ctrl-K: one field that finds applications, resources, commits and actions.

import type { DeliveryList, ResourceTree } from '@evenkeel/api';
import { useQueryClient } from '@tanstack/react-query';
import {
  type KeyboardEvent,
  type ReactNode,
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { applicationOf } from '../address.ts';
import { queryKeys, useDeliveries } from '../live/queries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useGo, usePlace } from '../parts/link.tsx';
import { StandingShape } from '../parts/standing.tsx';
import { type Choice, choicesFor } from './choices.ts';
import { rank } from './rank.ts';

/** The palette. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const go = useGo();
  const choices = useChoices();
  const deferred = useDeferredValue(text);
  const found = useMemo(() => rank(choices, deferred).slice(0, 40), [choices, deferred]);
  const choose = (choice: Choice | undefined): void => {
    if (!choice) return;
    onClose();
    if (choice.to !== undefined) go(choice.to);
    else choice.run?.();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else if (event.key === 'Enter') choose(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Find" onClose={onClose} className="palette" quietTitle>
      <input
        className="palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label="Find applications, resources, commits and actions"
        placeholder="Application, resource, commit or action"
        value={text}
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <Found id={id} found={found} at={at} onMove={setAt} onChoose={choose} />
      {found.length === 0 && <p className="palette-none">Nothing fits “{text}”.</p>}
    </Dialog>
  );
}

interface FoundProps {
  readonly id: string;
  readonly found: readonly Choice[];
  readonly at: number;
  readonly onMove: (index: number) => void;
  readonly onChoose: (choice: Choice) => void;
}

function Found({ id, found, at, onMove, onChoose }: FoundProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <ul id={`${id}-list`} ref={list} role="listbox" aria-label="Found" className="palette-list">
      {found.map((choice, index) => (
        <li
          key={choice.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          onPointerMove={() => onMove(index)}
          onClick={() => onChoose(choice)}
        >
          {choice.standing ? <StandingShape standing={choice.standing} /> : <span className="palette-kind">›</span>}
          <span className="palette-name">{choice.name}</span>
          <span className="quiet">{choice.note}</span>
        </li>
      ))}
    </ul>
  );
}

function useChoices(): readonly Choice[] {
  const { data } = useDeliveries();
  const { path } = usePlace();
  const client = useQueryClient();
  const here = applicationOf(path);
  const tree = here === undefined ? undefined : client.getQueryData<ResourceTree>(queryKeys.tree(here));
  const items: DeliveryList['items'] | undefined = data?.items;
  return useMemo(() => choicesFor(items ?? [], { here, nodes: tree?.nodes ?? [] }), [items, here, tree]);
}
