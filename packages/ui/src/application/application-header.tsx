// The head of an application: its waterline, how it stands in one sentence, where it comes from and goes to, what can be done.

import type { DeliveryDetail } from '@evenkeel/api';
import { CircleStop, RefreshCw, Undo2, Waves } from 'lucide-react';
import type { ReactNode } from 'react';
import { address } from '../address.ts';
import { repositoryName, shortImage } from '../format/names.ts';
import { count, duration } from '../format/time.ts';
import { driftSentence, frontEndName, ownTerms } from '../format/words.ts';
import { act, waitingStore } from '../live/actions.ts';
import { useNow } from '../live/server-clock.ts';
import { useStore } from '../live/store.ts';
import { Glow } from '../parts/glow.tsx';
import { Link, useGo } from '../parts/link.tsx';
import { Button, CommitLine } from '../parts/small.tsx';
import { StandingMark } from '../parts/standing.tsx';
import { useWidth } from '../parts/use-width.ts';
import { Axis } from '../waterline/axis.tsx';
import { spanWords } from '../waterline/geometry.ts';
import { useStrips } from '../waterline/use-span.ts';
import { WalkableStrip } from '../waterline/walkable.tsx';

interface HeaderProps {
  readonly detail: DeliveryDetail;
  readonly onMoment: (atMs: number) => void;
}

/** The header. */
export function ApplicationHeader({ detail, onMoment }: HeaderProps): ReactNode {
  const [measure, width] = useWidth<HTMLDivElement>();
  const { span, hours, lines } = useStrips(undefined);
  const line = lines.get(detail.key) ?? { runs: [], ticks: [] };
  return (
    <header className="application-head">
      <div className="crumbs">
        <Link to={address.fleet()}>Fleet</Link>
        <span aria-hidden="true">/</span>
        <Link to={address.fleet({ project: detail.project })}>{detail.project}</Link>
      </div>
      <div className="title-line">
        <h1>{detail.name}</h1>
        <Glow of={detail.standing}>
          <StandingMark standing={detail.standing} terms={ownTerms(detail)} />
        </Glow>
        <span className="badge">
          {frontEndName(detail.frontEnd)} {detail.kind}
        </span>
        <Actions detail={detail} />
      </div>
      <Situation detail={detail} />
      <div className="head-strip" ref={measure}>
        {width > 0 && (
          <>
            <WalkableStrip
              line={line}
              span={span}
              width={width}
              height={48}
              name={`Waterline of ${detail.name}`}
              label={spanWords(hours)}
              onOpen={onMoment}
            />
            <Axis span={span} width={width} />
          </>
        )}
      </div>
      <Facts detail={detail} />
    </header>
  );
}

function Situation({ detail }: { readonly detail: DeliveryDetail }): ReactNode {
  const now = useNow();
  const drift = detail.standing === 'drifted' ? driftSentence(detail.resources, now) : undefined;
  const { sentence, operation } = detail;
  // Kubernetes keeps whole seconds.
  const took = (operation?.finishedAtMs ?? 0) - (operation?.startedAtMs ?? 0);
  const quiet =
    operation?.finishedAtMs === undefined
      ? `${count(detail.counts.objects, 'object')} as Git says.`
      : `${count(detail.counts.objects, 'object')} as Git says. Last sync took ${took < 1000 ? 'less than a second' : duration(took)}.`;
  return (
    <p className={sentence === undefined ? 'situation quiet' : 'situation'} aria-live="polite">
      {drift !== undefined && <strong>{drift}. </strong>}
      {sentence ?? quiet}
      {detail.standing === 'drifted' && (
        <>
          {' '}
          <Link to={address.application(detail.key, { tab: 'diff' })}>See what differs</Link>
        </>
      )}
      {detail.refusals.length > 0 && (
        <>
          {' '}
          <Link to={address.application(detail.key, { tab: 'conditions' })}>Where and what to do</Link>
        </>
      )}
    </p>
  );
}

function Actions({ detail }: { readonly detail: DeliveryDetail }): ReactNode {
  const { key, actions, operation } = detail;
  const waiting = useStore(waitingStore).get(key);
  const go = useGo();
  const running = operation?.phase === 'running' || operation?.phase === 'terminating';
  const rollback = rollbackReason(detail);
  const reasons = [
    ['Sync', actions.sync.disabledReason],
    ['Refresh', actions.refresh.disabledReason],
    ['Rollback', rollback],
  ].flatMap(([name, reason]) => (reason === undefined ? [] : `${name}: ${reason}`));
  return (
    <div className="actions">
      <Button
        tone="main"
        icon={<Waves size={14} aria-hidden="true" />}
        pending={waiting?.action === 'sync' || running}
        disabledReason={running ? undefined : actions.sync.disabledReason}
        title="Make the cluster as Git says (s)"
        onClick={() => void act(key, 'sync')}
      >
        {running ? 'Syncing' : 'Sync'}
      </Button>
      <Button
        icon={<RefreshCw size={14} aria-hidden="true" />}
        pending={waiting?.action === 'refresh'}
        disabledReason={actions.refresh.disabledReason}
        title="Read Git and the cluster again (r)"
        onClick={() => void act(key, 'refresh')}
      >
        Refresh
      </Button>
      <Button
        icon={<Undo2 size={14} aria-hidden="true" />}
        pending={waiting?.action === 'rollback'}
        disabledReason={rollback}
        title="Choose an earlier sync to go back to"
        onClick={() => go(address.application(key, { tab: 'history' }), { replace: true })}
      >
        Rollback
      </Button>
      {running && (
        <Button
          tone="danger"
          icon={<CircleStop size={14} aria-hidden="true" />}
          pending={waiting?.action === 'terminate' || operation?.phase === 'terminating'}
          disabledReason={actions.terminate.disabledReason}
          onClick={() => void act(key, 'terminate')}
        >
          Terminate
        </Button>
      )}
      {reasons.length > 0 && !running && <span className="reasons quiet">{reasons.join(' · ')}</span>}
    </div>
  );
}

/** Why there is no way back; undefined where there is one. */
function rollbackReason({ frontEnd, history }: DeliveryDetail): string | undefined {
  if (frontEnd === 'flux') return 'a Kustomization follows its source; revert the commit in Git instead';
  const way = history.some((entry) => entry.rollback.disabledReason === undefined);
  return way ? undefined : 'there is no earlier sync to go back to';
}

function Facts({ detail }: { readonly detail: DeliveryDetail }): ReactNode {
  const { source, destination, commit } = detail;
  return (
    <dl className="facts">
      <div className="wide">
        <dt>Commit</dt>
        <dd>{commit ? <CommitLine commit={commit} /> : <span className="quiet">not read yet</span>}</dd>
      </div>
      <div>
        <dt>Source</dt>
        <dd title={source.url}>
          {repositoryName(source.url)} <span className="quiet">at</span> <code>{source.revision}</code>
          <br />
          <code>{source.path === '' ? '/' : source.path}</code>
          {detail.renderers.length > 0 && <span className="quiet"> {detail.renderers.join(', ')}</span>}
        </dd>
      </div>
      <div>
        <dt>Destination</dt>
        <dd>
          {destination.namespace === '' ? 'as the manifests say' : destination.namespace}
          <br />
          <span className="quiet">{destination.cluster.replace('https://kubernetes.default.svc', 'in-cluster')}</span>
        </dd>
      </div>
      <div>
        <dt>Syncing</dt>
        <dd>{detail.suspended ? 'suspended' : detail.automatic ? 'automatic' : 'by hand'}</dd>
      </div>
      {detail.images.length > 0 && (
        <div>
          <dt>{detail.images.length === 1 ? 'Image' : 'Images'}</dt>
          <dd>
            {detail.images.slice(0, 2).map((image) => (
              <code key={image} className="image" title={image}>
                {shortImage(image)}
              </code>
            ))}
            {detail.images.length > 2 && <span className="quiet">and {detail.images.length - 2} more</span>}
          </dd>
        </div>
      )}
    </dl>
  );
}
