import { Button, NativeSelect, TextInput } from '@mantine/core'
import type { BulkOrder, Link } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { tenantNameOf } from '../shared/link-names.ts'
import { mostLinks } from './kept-links.ts'
import { orderBulk } from './operation.tsx'

const acts = ['renew', 'auto_on', 'auto_off', 'alerts_on', 'alerts_off', 'suspend'] as const
type Act = (typeof acts)[number]

const readByTenants: ReadonlySet<Act> = new Set(['renew', 'auto_on', 'auto_off', 'suspend'])

function toOrder(act: Act, links: readonly Link[], reason: string): BulkOrder {
  const items = links.map((link) => ({ link_id: link.link_id }))
  const why = reason === '' ? {} : { reason }
  switch (act) {
    case 'renew':
    case 'suspend':
      return { action: act, items, ...why }
    case 'auto_on':
      return { action: 'set_auto_renew', auto_renew_days: 180, items, ...why }
    case 'auto_off':
      return { action: 'set_auto_renew', auto_renew_days: 0, items, ...why }
    case 'alerts_on':
    case 'alerts_off':
      return {
        action: 'set_alerts',
        notify_on_sla_breach: act === 'alerts_on',
        notify_on_billing_threshold: act === 'alerts_on',
        items,
      }
  }
}

function ActSelect({ act, onAct }: { act: Act; onAct: (act: Act) => void }) {
  return (
    <NativeSelect
      label={t('bulk.action')}
      description={t(`bulk.about.${act}`)}
      value={act}
      onChange={(event) => onAct(acts.find((name) => name === event.currentTarget.value) ?? 'renew')}
    >
      {acts.map((name) => (
        <option key={name} value={name}>
          {t(`bulk.${name}`)}
        </option>
      ))}
    </NativeSelect>
  )
}

type BulkBarProps = {
  links: readonly Link[]
  /** How many of them stand on the page that is shown. */
  here: number
  onNone: () => void
  onOrdered: (operationId: string, linkIds: readonly string[]) => void
}

/** What is said where not all that is chosen is ordered at once. */
function Rest({ count }: { count: number }) {
  if (count <= mostLinks) return null
  return (
    <Note tone="attention">
      <p>{t('bulk.rest', { most: mostLinks, rest: count - mostLinks })}</p>
    </Note>
  )
}

const namesShown = 10

function nameSome(links: readonly Link[]): string {
  const names = links.slice(0, namesShown).map(tenantNameOf).join(', ')
  const more = links.length - namesShown
  return more > 0 ? `${names} ${t('expiring.and_more', { count: more })}` : names
}

/** What is to happen to all chosen links: one step, ordered once, answered for each. */
export function BulkBar({ links, here, onNone, onOrdered }: BulkBarProps) {
  const mayManage = useMay('partner_org.links.manage')
  const [act, setAct] = useState<Act>('renew')
  const [reason, setReason] = useState('')
  const write = useWrite(
    (order: BulkOrder, { client }) => orderBulk(client, order),
    (operation, { items }) => {
      setReason('')
      onOrdered(
        operation.operation_id,
        items.map((item) => item.link_id),
      )
    },
  )
  if (links.length === 0 || !mayManage) return null
  const ordered = links.slice(0, mostLinks)
  return (
    <Panel title={t('bulk.chosen', { count: links.length, here, elsewhere: links.length - here })}>
      <form
        className="stack tight form"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate(toOrder(act, ordered, reason.trim()))
        }}
      >
        <WriteProblem error={write.error} />
        <p>{nameSome(links)}</p>
        <Rest count={links.length} />
        <ActSelect act={act} onAct={setAct} />
        {readByTenants.has(act) && (
          <TextInput
            label={t('bulk.reason')}
            required={act !== 'auto_off'}
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <div className="row">
          <Button type="submit" loading={write.isPending}>
            {t('bulk.go', { count: ordered.length })}
          </Button>
          <Button variant="default" onClick={onNone}>
            {t('bulk.none')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
