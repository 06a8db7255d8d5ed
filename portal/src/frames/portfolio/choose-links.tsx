import '../shared/link-event-words.ts'
import type { Link } from '@liaison/client'
import { useState } from 'react'

import { EndText } from '../../parts/end-text.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Empty } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { LinkChip } from '../../parts/values.tsx'
import { textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { ChooseHead, withFlipped } from '../shared/choose.tsx'
import type { Chosen } from '../shared/choose.tsx'
import { tenantNameOf } from '../shared/link-names.ts'
import { BulkBar } from './bulk-bar.tsx'
import { keepChosen, nothingKept, withoutOrdered } from './kept-links.ts'
import { OperationResult } from './operation.tsx'
import { RecentOperations } from './recent-operations.tsx'

/** States in which the days of a link run. */
const lasting: ReadonlySet<Link['status']> = new Set(['requested', 'approved', 'active', 'suspended'])

/** Whole days until a link ends. One that ended says since when; one that never worked or was stopped has none left. */
function daysLeft({ status, expires_in_days: days }: Link): string {
  if (status === 'expired' && days !== null) {
    return t('time.ago', { amount: t('time.days', { count: Math.abs(days) }) })
  }
  return days === null || !lasting.has(status) ? '–' : formatCount(days)
}

type RowProps = { link: Link; isChosen: boolean; onToggle: () => void }

function Row({ link, isChosen, onToggle }: RowProps) {
  const { partnerId } = useFrame()
  return (
    <tr>
      <td data-label={t('column.tenant')}>
        <label className="check">
          <input
            type="checkbox"
            aria-label={t('expiring.choose_one', { tenant: tenantNameOf(link) })}
            checked={isChosen}
            onChange={onToggle}
          />
          <GoLink className="thing" to={partnerPlaces.link(partnerId, link.link_id)}>
            {tenantNameOf(link)}
          </GoLink>
        </label>
      </td>
      <td data-label={t('column.role')}>{link.role_title}</td>
      <td data-label={t('column.status')}>
        <LinkChip status={link.status} days={link.expires_in_days} by={link.status_changed_by} />
      </td>
      <td className="num" data-label={t('expiring.days')}>
        {daysLeft(link)}
      </td>
      <td className="num" data-label={t('link.ends')}>
        <EndText iso={link.ends_at} isDay />
      </td>
      <td data-label={t('link.renews')}>
        {link.auto_renew_days > 0
          ? t('link.renews_on', { days: link.auto_renew_days })
          : t('link.renews_off')}
      </td>
    </tr>
  )
}

type RowsProps = {
  links: readonly Link[]
  chosen: Chosen
  onChosen: (next: Chosen) => void
}

function Rows({ links, chosen, onChosen }: RowsProps) {
  return (
    <TableFrame
      caption={t('expiring.caption')}
      heads={[
        <ChooseHead
          key="choose"
          title={t('column.tenant')}
          ids={links.map((link) => link.link_id)}
          chosen={chosen}
          onChosen={onChosen}
        />,
        t('column.role'),
        t('column.status'),
        { figures: t('expiring.days') },
        { figures: t('link.ends') },
        t('link.renews'),
      ]}
    >
      {links.map((link) => (
        <Row
          key={link.link_id}
          link={link}
          isChosen={chosen.has(link.link_id)}
          onToggle={() => onChosen(withFlipped(chosen, link.link_id))}
        />
      ))}
    </TableFrame>
  )
}

// In the address, so that the result of a step that takes long is found again after the page was left.
const operationSpec = { operation: textField() }

type ChooseLinksProps = {
  links: readonly Link[]
  /** Those of this page of the list; all of them when it is left out. */
  shown?: readonly Link[]
}

/** Links to choose from, what is to happen to the chosen ones, on whatever page they stand, and what became of each. */
export function ChooseLinks({ links, shown = links }: ChooseLinksProps) {
  const [kept, setKept] = useState(nothingKept)
  const { values, set } = useFilters(operationSpec)
  const { operation } = values
  const chosen: Chosen = new Set(kept.keys())
  return (
    <div className="stack">
      {operation !== '' && (
        <OperationResult key={operation} id={operation} onClose={() => set({ operation: '' })} />
      )}
      <div className="list">
        {links.length === 0 ? (
          <Empty title={t('expiring.none')} text={t('expiring.none_text')} />
        ) : (
          <Rows links={shown} chosen={chosen} onChosen={(next) => setKept(keepChosen(kept, next, links))} />
        )}
      </div>
      <BulkBar
        links={[...kept.values()]}
        here={shown.filter((link) => chosen.has(link.link_id)).length}
        onNone={() => setKept(nothingKept)}
        onOrdered={(id, ordered) => {
          set({ operation: id })
          setKept((now) => withoutOrdered(now, ordered))
        }}
      />
      <RecentOperations onOpen={(id) => set({ operation: id })} />
    </div>
  )
}
