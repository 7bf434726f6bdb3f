// Search, filters, span and density of the fleet page. All but the density live in the address.

import type { DeliverySummary, Standing } from '@evenkeel/api';
import { Rows3, Rows4, Search, X } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import type { FleetView } from '../address.ts';
import { frontEndName, standingWords, standingsByWeight } from '../format/words.ts';
import { useStore } from '../live/store.ts';
import { StandingShape } from '../parts/standing.tsx';
import { densityStore } from '../shell/preferences.ts';
import { countsBy, labelsOf } from './select.ts';

interface ToolbarProps {
  readonly items: readonly DeliverySummary[];
  readonly view: FleetView;
  readonly onChange: (wish: Partial<FleetView>) => void;
}

/** The toolbar. Choices show how many applications each has. */
export function FleetToolbar({ items, view, onChange }: ToolbarProps): ReactNode {
  const density = useStore(densityStore);
  return (
    <div className="toolbar" role="search" aria-label="Applications">
      <SearchField text={view.text} onChange={onChange} />
      <StandingChips items={items} view={view} onChange={onChange} />
      <Filters items={items} view={view} onChange={onChange} />
      <button
        type="button"
        className="icon-button density"
        aria-label={density === 'compact' ? 'Comfortable rows' : 'Compact rows'}
        title={density === 'compact' ? 'Comfortable rows' : 'Compact rows'}
        onClick={() => densityStore.set(density === 'compact' ? 'comfortable' : 'compact')}
      >
        {density === 'compact' ? <Rows3 size={16} aria-hidden="true" /> : <Rows4 size={16} aria-hidden="true" />}
      </button>
    </div>
  );
}

interface SearchProps {
  readonly text: string;
  readonly onChange: ToolbarProps['onChange'];
}

function SearchField({ text, onChange }: SearchProps): ReactNode {
  return (
    <div className="search">
      <Search size={14} aria-hidden="true" />
      <input
        id="fleet-search"
        type="search"
        aria-label="Search applications"
        placeholder="Search name, commit, path, label"
        value={text}
        onChange={(event) => onChange({ text: event.target.value })}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
      {text === '' ? (
        <kbd>/</kbd>
      ) : (
        <button
          type="button"
          className="icon-button"
          aria-label="Clear the search"
          onClick={() => onChange({ text: '' })}
        >
          <X size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

function StandingChips({ items, view, onChange }: ToolbarProps): ReactNode {
  const counts = useMemo(() => countsBy(items, ({ standing }) => [standing]), [items]);
  const toggle = (standing: Standing): void =>
    onChange({
      standings: view.standings.includes(standing)
        ? view.standings.filter((other) => other !== standing)
        : [...view.standings, standing],
    });
  return (
    <div className="chips" role="group" aria-label="Show only">
      {standingsByWeight.flatMap((standing) => {
        const number = counts.get(standing) ?? 0;
        const pressed = view.standings.includes(standing);
        return number === 0 && !pressed ? (
          []
        ) : (
          <button
            key={standing}
            type="button"
            className="chip"
            data-standing={standing}
            aria-pressed={pressed}
            onClick={() => toggle(standing)}
          >
            <StandingShape standing={standing} />
            {standingWords[standing]}
            <span className="chip-count">{number}</span>
          </button>
        );
      })}
    </div>
  );
}

function Filters({ items, view, onChange }: ToolbarProps): ReactNode {
  const frontEnds = useMemo(() => countsBy(items, ({ frontEnd }) => [frontEnd]), [items]);
  const projects = useMemo(() => countsBy(items, ({ project }) => [project]), [items]);
  const labels = useMemo(() => countsBy(items, labelsOf), [items]);
  return (
    <div className="filters">
      <Choose
        name="Front end"
        all="Argo CD and Flux"
        value={view.frontEnd}
        choices={frontEnds}
        word={frontEndName}
        onChoose={(frontEnd) => onChange({ frontEnd })}
      />
      <Choose
        name="Project"
        all="All projects"
        value={view.project}
        choices={projects}
        onChoose={(project) => onChange({ project })}
      />
      {labels.size > 0 && (
        <Choose
          name="Label"
          all="All labels"
          value={view.label}
          choices={labels}
          onChoose={(label) => onChange({ label })}
        />
      )}
      <select
        aria-label="Time the waterlines show"
        className="select"
        value={view.hours ?? ''}
        onChange={(event) => onChange({ hours: Number(event.target.value) || undefined })}
      >
        <option value="">Up to 24 hours</option>
        <option value="1">Last hour</option>
        <option value="6">Last 6 hours</option>
        <option value="24">Last 24 hours</option>
        <option value="168">Last 7 days</option>
      </select>
    </div>
  );
}

interface ChooseProps {
  readonly name: string;
  readonly all: string;
  readonly value: string;
  readonly choices: ReadonlyMap<string, number>;
  readonly word?: (choice: string) => string;
  readonly onChoose: (choice: string) => void;
}

function Choose({ name, all, value, choices, word = (choice) => choice, onChoose }: ChooseProps): ReactNode {
  return (
    <select
      aria-label={name}
      className="select"
      data-set={value !== '' || undefined}
      value={value}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">{all}</option>
      {value !== '' && !choices.has(value) && <option value={value}>{word(value)} (0)</option>}
      {[...choices].map(([choice, number]) => (
        <option key={choice} value={choice}>
          {word(choice)} ({number})
        </option>
      ))}
    </select>
  );
}
