import { Button } from '@mantine/core'
import type { FieldProblem, Scope } from '@liaison/client'
import { useContext, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'

import { readTrouble } from '../platform/access-problem.ts'
import type { Trouble } from '../platform/access-problem.ts'
import { useNow } from '../platform/clock.ts'
import { formatCount, formatRelative } from '../platform/format.ts'
import { hasWords, t, tValue } from '../platform/words.ts'
import { AskMore } from './ask-more.tsx'
import { Bones } from './bones.tsx'
import { Countdown } from './countdown.tsx'
import { LateExplainer } from './late-explainer.tsx'
import { Note } from './page.tsx'
import { ShownFiltersContext } from './shown-filters.ts'

export { Bones }

type TileBonesProps = { query: { data: unknown; isError: boolean }; count: number; lines: number }

/** The place of figures that are awaited, as tall as they will be, so that nothing below moves when they come. */
export function TileBones({ query, count, lines }: TileBonesProps) {
  if (query.data !== undefined || query.isError) return null
  return (
    <div className="tiles" aria-hidden="true">
      {Array.from({ length: count }, (_, tile) => (
        <div className="tile" key={tile}>
          <p className="tile-title">&nbsp;</p>
          <p className="figure">&nbsp;</p>
          {Array.from({ length: lines - 2 }, (_line, line) => (
            <p className="small" key={line}>
              &nbsp;
            </p>
          ))}
        </div>
      ))}
    </div>
  )
}

/** A list with nothing in it: what that means and the one thing to do. */
export function Empty({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {text !== undefined && <p className="muted">{text}</p>}
      {children}
    </div>
  )
}

/** How many rows the filters of a list leave out, as far as they were counted. */
export type Hidden = { count: number; is_more: boolean } | null

/** How many rows the filters hide, in words; nothing where none are, or nobody counted. */
export function HiddenCount({ hidden }: { hidden: Hidden }) {
  if (hidden === null || hidden.count === 0) return null
  const count = formatCount(hidden.count) + (hidden.is_more ? '+' : '')
  return <span>{t('filter.hidden', { count })}</span>
}

/** A list that its filters leave empty: which ones are on, how many rows they hide, and the way to take them away. */
export function NoMatch({ hidden = null }: { hidden?: Hidden }) {
  const filters = useContext(ShownFiltersContext)
  const shown = useSyncExternalStore(filters.subscribe, filters.list)
  const names = shown.map(({ label, value }) => `${label}: ${value}`).join(' · ')
  return (
    <Empty title={t('state.no_match')} text={names === '' ? t('state.no_match_text') : names}>
      <div className="row">
        <HiddenCount hidden={hidden} />
        {shown.length > 0 && (
          <Button variant="default" onClick={filters.clear}>
            {t('filter.clear_all')}
          </Button>
        )}
      </div>
    </Empty>
  )
}

/** What happened, in the reader's words; the server's sentence when the catalogue has none. */
export function describeTrouble(trouble: Trouble): { title: string; text: string; reference: string | null } {
  if (!('problem' in trouble)) {
    return { title: t('trouble.broken'), text: t('trouble.broken_text'), reference: null }
  }
  const { code, content } = trouble.problem
  const known = `refusal.${code}`
  const title = hasWords(known) ? t(known) : t(`trouble.${trouble.kind}`)
  const detail = content.detail || t(`trouble.${trouble.kind}_text`)
  // The kernel's sentence is the title already; it is not said twice.
  return { title, text: detail === `${title}.` ? '' : detail, reference: content.requestId }
}

/** What to do about a failure: a wait that the server names is counted down, anything else is said in its words. */
export function NextStep({ trouble }: { trouble: Trouble }) {
  if (!('problem' in trouble) || trouble.kind === 'broken') return null
  const { status, content } = trouble.problem
  const { nextStep, retryAfterSeconds, requestId } = content
  if (status === 429 && retryAfterSeconds !== null)
    return (
      <p>
        <Countdown key={requestId} seconds={retryAfterSeconds} />
      </p>
    )
  return nextStep === null ? null : <p>{nextStep}</p>
}

type TroublePanelProps = { error: unknown; onRetry?: (() => void) | undefined }

/** What an address asks for that nothing can answer: a mistyped page, or filters that cannot be. Nothing was to be saved. */
function Unanswerable({ errors }: { errors: readonly FieldProblem[] }) {
  const filters = errors.filter(({ pointer }) => !pointer.startsWith('/params/'))
  const texts = filters.map(({ pointer, code, detail }) =>
    code === 'EMPTY_WINDOW' ? t('trouble.window') : `${pointer.split('/').at(-1) ?? ''} ${detail}`,
  )
  return (
    <div className="state" role="alert">
      <h2>{t(texts.length === 0 ? 'missing.title' : 'state.no_match')}</h2>
      <p>{texts.join(', ') || t('missing.text')}</p>
    </div>
  )
}

/** A failed read: what happened, what to do, who can mend it, the reference, and the way to try again. */
export function TroublePanel({ error, onRetry }: TroublePanelProps) {
  const trouble = readTrouble(error)
  const { title, text, reference } = describeTrouble(trouble)
  const content = 'problem' in trouble ? trouble.problem.content : null
  if (content !== null && content.errors.length > 0) return <Unanswerable errors={content.errors} />
  const mayHelp = trouble.kind !== 'refused' && trouble.kind !== 'missing'
  return (
    <div className="state" role="alert">
      <h2>{title}</h2>
      {text !== '' && <p>{text}</p>}
      <NextStep trouble={trouble} />
      <div className="row">
        {mayHelp && onRetry && (
          <Button variant="default" onClick={onRetry}>
            {t('trouble.retry')}
          </Button>
        )}
        {content?.explainId && <WhyButton explainId={content.explainId} />}
        <AskMore error={error} />
      </div>
      {reference !== null && <p className="small muted">{t('trouble.reference', { reference })}</p>}
    </div>
  )
}

/** Opens the decision behind a refusal: which check failed and who can mend it. */
export function WhyButton({ explainId }: { explainId: string }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="light" onClick={() => setOpen(true)}>
        {t('explain.why')}
      </Button>
      <LateExplainer explainId={open ? explainId : null} onClose={() => setOpen(false)} />
    </>
  )
}

/** What a page needs of a read, whether it is one answer or the pages of an endless list. */
export type Readable<Data> = {
  data: Data | undefined
  isError: boolean
  error: Error | null
  refetch: () => unknown
}

type AnswerProps<Data> = {
  query: Readable<Data>
  lines?: number
  children: (data: Data) => ReactNode
}

/** Shows a read in whichever state it is: awaited, failed, shown, or shown although the last refresh failed. */
export function Answer<Data>({ query, lines = 6, children }: AnswerProps<Data>) {
  const retry = () => {
    query.refetch()
  }
  if (query.data === undefined) {
    return query.isError ? <TroublePanel error={query.error} onRetry={retry} /> : <Bones lines={lines} />
  }
  const kind = query.isError ? readTrouble(query.error).kind : null
  if (kind === 'refused' || kind === 'missing') return <TroublePanel error={query.error} />
  return (
    <>
      {kind !== null && (
        <Note tone="attention">
          <p>
            {t('state.stale')}{' '}
            <button type="button" className="thing" onClick={retry}>
              {t('trouble.retry')}
            </button>
          </p>
        </Note>
      )}
      {children(query.data)}
    </>
  )
}

/** Says which tenants a figure leaves out, and why, so that nobody takes a part for the whole. */
export function ScopeNote({ scope }: { scope: Scope }) {
  const [open, setOpen] = useState(false)
  const { excluded } = scope
  if (excluded.length === 0) return null
  const shown = open ? excluded : excluded.slice(0, 3)
  return (
    <Note tone="attention">
      <p>
        <span className="strong">
          {t('scope.partial', { shown: scope.tenant_count, all: scope.tenant_count + excluded.length })}
        </span>{' '}
        {shown.map((entry) => `${entry.tenant_name}: ${tValue('reason', entry.reason)}`).join(' · ')}{' '}
        {excluded.length > shown.length && (
          <button type="button" className="thing" onClick={() => setOpen(true)}>
            {t('scope.more', { count: excluded.length - shown.length })}
          </button>
        )}
      </p>
    </Note>
  )
}

/** When a list was last read, and the way to read it again. */
export function Refreshed<Data>({
  query,
}: {
  query: Readable<Data> & { dataUpdatedAt: number; isFetching: boolean }
}) {
  const now = useNow()
  if (query.data === undefined) return null
  const when = formatRelative(new Date(query.dataUpdatedAt).toISOString(), now)
  return (
    <>
      <span className="small">{t('state.updated', { when })}</span>{' '}
      <button
        type="button"
        className="row-tool"
        disabled={query.isFetching}
        onClick={() => {
          query.refetch()
        }}
      >
        {t('state.refresh')}
      </button>
    </>
  )
}
