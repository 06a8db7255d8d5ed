import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react'
import { Fragment, useContext, useEffect, useId, useRef, useState } from 'react'
import type { ReactNode } from 'react'

import { FrameContext } from '../platform/frame.ts'
import type { Frame } from '../platform/frame.ts'
import { GoLink, useShownPath } from '../platform/navigate.tsx'
import type { Tone } from '../platform/status.ts'
import { t } from '../platform/words.ts'
import { PiecesContext, Settling, useSettling } from './settled.tsx'
import { ShownFilters, ShownFiltersContext } from './shown-filters.ts'

let lastPath: string | null = null

/** Where a page stands, in words for the title of the tab. */
function placeOf(frame: Pick<Frame, 'kind' | 'name' | 'tenantName'> | null): string {
  if (frame === null) return t('app.name')
  if (frame.kind === 'acting') return t('place.acting', { tenant: frame.tenantName })
  return frame.kind === 'platform' ? t('place.platform') : frame.name
}

type PageProps = {
  title: string
  /** What the tab says in place of a title that is the name of its place already. */
  tab?: string
  lead?: ReactNode
  back?: { to: string; label: string }
  tools?: ReactNode
  /** Nothing that it shows is awaited, so it is there at once, and may take the focus. */
  isWhole?: boolean
  children: ReactNode
}

/** One page: its title in the tab with its place, its heading with focus after navigation, its tools. All else is shown at once. */
export function Page({ title, tab = title, lead, back, tools, isWhole = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const place = placeOf(useContext(FrameContext))
  const path = useShownPath()
  const [isSettled, pieces] = useSettling(isWhole)
  const [filters] = useState(() => new ShownFilters())
  useEffect(() => {
    document.title = `${tab} · ${place}`
  }, [tab, place])
  useEffect(() => {
    if (lastPath !== null && lastPath !== path) heading.current?.focus()
    lastPath = path
  }, [path])
  return (
    <PiecesContext value={pieces}>
      {back && (
        <GoLink className="crumb" to={back.to}>
          ← {back.label}
        </GoLink>
      )}
      <div className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p>{lead}</p>}
        </div>
        {tools && (
          <div className="page-tools" data-settled={isSettled}>
            {tools}
          </div>
        )}
      </div>
      <ShownFiltersContext value={filters}>
        <Settling isSettled={isSettled}>{children}</Settling>
      </ShownFiltersContext>
    </PiecesContext>
  )
}

/** A bordered part of a page with its own heading. */
export function Panel({ title, children }: { title: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}

/** A figure with its name. With an address it leads to the list behind the figure. */
export function Tile({
  title,
  children,
  note,
  to,
}: {
  title: string
  children: ReactNode
  note?: string | undefined
  to?: string
}) {
  const inside = (
    <>
      <h2>{title}</h2>
      {children}
      {note !== undefined && <p className="small muted">{note}</p>}
    </>
  )
  if (to === undefined) return <div className="tile">{inside}</div>
  return (
    <GoLink className="tile" to={to}>
      {inside}
    </GoLink>
  )
}

const noteSigns: Readonly<Record<Tone, typeof IconInfoCircle>> = {
  ok: IconCircleCheck,
  info: IconInfoCircle,
  off: IconInfoCircle,
  attention: IconAlertTriangle,
  bad: IconAlertTriangle,
}

/** A coloured sentence with a sign. */
export function Note({ tone = 'info', children }: { tone?: Tone; children: ReactNode }) {
  const Icon = noteSigns[tone]
  return (
    <div className="note" data-tone={tone}>
      <Icon size={18} aria-hidden="true" />
      <div>{children}</div>
    </div>
  )
}

export type Fact = { name: string; value: ReactNode }

/** A name with its value. Without a value the pair is left out where it would be shown. */
export function fact(name: string, value: ReactNode): Fact {
  return { name, value }
}

function hasValue({ value }: Fact): boolean {
  return value !== null && value !== undefined && value !== '' && value !== false
}

/** Names and values, one pair a line. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.filter(hasValue).map(({ name, value }) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
