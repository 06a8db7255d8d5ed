import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/sdk'
import type { LiaisonClient, Link } from '@liaison/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page, Panel, Tile } from '../../parts/page.tsx'
import { Answer, describeTrouble, Empty } from '../../parts/states.tsx'
import { DateText, LinkChip } from '../../parts/values.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { choiceField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { askToExtend } from './extend-form.tsx'
import { tenantNameOf } from '../shared/link-parts.tsx'

const spec = { within: choiceField(['7', '30', '60', '90'] as const, '60') }
const mostLinks = 100

export type ItemResult = { link: Link; state: 'done' | 'failed'; detail: string }

async function extendOne(client: LiaisonClient, link: Link, ask: { days: number; reason: string }) {
  try {
    const { body, etag } = await readTagged(
      client.GET('/partner/links/{link_id}', { params: { path: { link_id: link.link_id } } }),
    )
    await askToExtend(client, { link: body, etag, ...ask })
    return { link, state: 'done', detail: '' } as const
  } catch (error) {
    const { title, text } = describeTrouble(readTrouble(error))
    return { link, state: 'failed', detail: `${title} ${text}` } as const
  }
}

/** Asks for one link after the other, so that each has its own result and the rest can be stopped. */
function useBulkExtension() {
  const { client, key } = useFrame()
  const cache = useQueryClient()
  const stopped = useRef(false)
  const [results, setResults] = useState<readonly ItemResult[]>([])
  const [total, setTotal] = useState(0)
  const [isRunning, setRunning] = useState(false)
  const run = async (links: readonly Link[], ask: { days: number; reason: string }) => {
    stopped.current = false
    setResults([])
    setTotal(links.length)
    setRunning(true)
    for (const link of links) {
      if (stopped.current) break
      // One after the other, so that it can be stopped.
      const result = await extendOne(client, link, ask)
      setResults((before) => [...before, result])
    }
    setRunning(false)
    await cache.invalidateQueries({ queryKey: [key, 'links'] })
  }
  const stop = () => (stopped.current = true)
  return { results, total, isRunning, run, stop }
}

type Bulk = ReturnType<typeof useBulkExtension>

function Progress({ bulk }: { bulk: Bulk }) {
  if (bulk.total === 0) return null
  return (
    <Panel title={t('bulk.title')}>
      <p role="status">{t('bulk.progress', { done: bulk.results.length, total: bulk.total })}</p>
      <progress className="meter" value={bulk.results.length} max={bulk.total} aria-label={t('bulk.title')} />
      {bulk.isRunning && (
        <p>
          <Button variant="default" onClick={bulk.stop}>
            {t('bulk.stop')}
          </Button>
        </p>
      )}
      <ul className="can">
        {bulk.results.map(({ link, state, detail }) => (
          <li key={link.link_id} className="row">
            <span className="strong">{tenantNameOf(link)}</span>
            <span className={state === 'failed' ? 'late' : 'muted'}>
              {state === 'failed' ? detail : t('bulk.asked')}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

type RowProps = { link: Link; isChosen: boolean; onToggle: () => void }

function Row({ link, isChosen, onToggle }: RowProps) {
  const { partnerId } = useFrame()
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          className="tick"
          aria-label={t('expiring.choose_one', { tenant: tenantNameOf(link) })}
          checked={isChosen}
          onChange={onToggle}
        />
      </td>
      <td>
        <GoLink className="thing" to={partnerPlaces.link(partnerId, link.link_id)}>
          {tenantNameOf(link)}
        </GoLink>
      </td>
      <td>{link.role_title}</td>
      <td>
        <LinkChip status={link.status} days={link.expires_in_days} />
      </td>
      <td className="num">{formatCount(link.expires_in_days ?? 0)}</td>
      <td className="num">
        <DateText iso={link.ends_at} />
      </td>
      <td>
        {link.auto_renew_days > 0
          ? t('link.renews_on', { days: link.auto_renew_days })
          : t('link.renews_off')}
      </td>
    </tr>
  )
}

type RowsProps = {
  links: readonly Link[]
  chosen: ReadonlySet<string>
  onChosen: (next: Set<string>) => void
}

function Rows({ links, chosen, onChosen }: RowsProps) {
  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    onChosen(next)
  }
  const numeric = new Set(['expiring.days', 'link.ends'])
  const heads = [
    'column.tenant',
    'column.role',
    'column.link',
    'expiring.days',
    'link.ends',
    'link.renews',
  ] as const
  return (
    <div className="list-scroll" role="region" aria-label={t('expiring.caption')} tabIndex={0}>
      <table className="table">
        <caption className="unseen">{t('expiring.caption')}</caption>
        <thead>
          <tr>
            <td>
              <span className="unseen">{t('expiring.choose')}</span>
            </td>
            {heads.map((id) => (
              <th key={id} scope="col" className={numeric.has(id) ? 'num' : undefined}>
                {t(id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <Row
              key={link.link_id}
              link={link}
              isChosen={chosen.has(link.link_id)}
              onToggle={() => toggle(link.link_id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type AskBarProps = { links: readonly Link[]; chosen: ReadonlySet<string>; bulk: Bulk }

function AskBar({ links, chosen, bulk }: AskBarProps) {
  const [days, setDays] = useState('180')
  const [reason, setReason] = useState('')
  const picked = links.filter((link) => chosen.has(link.link_id))
  if (picked.length === 0) return null
  const names = picked.slice(0, 10).map(tenantNameOf)
  return (
    <Panel title={t('expiring.ask_title', { count: picked.length })}>
      <form
        className="stack tight form"
        onSubmit={(event) => {
          event.preventDefault()
          void bulk.run(picked, { days: Number(days), reason: reason.trim() })
        }}
      >
        <p>
          {names.join(', ')}
          {picked.length > names.length &&
            ` ${t('expiring.and_more', { count: picked.length - names.length })}`}
        </p>
        <NativeSelect
          label={t('extend.by')}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        >
          {['90', '180', '365'].map((length) => (
            <option key={length} value={length}>
              {t('request.duration_option', { days: length })}
            </option>
          ))}
        </NativeSelect>
        <TextInput
          label={t('extend.reason')}
          required
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" loading={bulk.isRunning}>
            {t('expiring.ask', { count: picked.length })}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function countWithin(links: readonly Link[], days: number): number {
  return links.filter((link) => link.expires_in_days !== null && link.expires_in_days <= days).length
}

function Board({ links }: { links: readonly Link[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set<string>())
  const bulk = useBulkExtension()
  return (
    <div className="stack">
      <div className="tiles">
        {[1, 7, 30].map((days) => (
          <Tile key={days} title={t('expiring.within', { count: days })}>
            <p className="figure">{formatCount(countWithin(links, days))}</p>
          </Tile>
        ))}
      </div>
      <div className="list">
        {links.length === 0 ? (
          <Empty title={t('expiring.none')} text={t('expiring.none_text')} />
        ) : (
          <Rows links={links} chosen={chosen} onChosen={setChosen} />
        )}
      </div>
      <AskBar links={links} chosen={chosen} bulk={bulk} />
      <Progress bulk={bulk} />
    </div>
  )
}

/** Links that end soon, and asking their tenants for more time, many at once. */
export function ExpiringPage() {
  const { values, set } = useFilters(spec)
  const query = { status: 'active', expiring_within_days: Number(values.within), limit: mostLinks }
  const links = useRead(['links', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/links', { params: { query }, signal })),
  )
  return (
    <Page title={t('expiring.title')} lead={t('expiring.lead')}>
      <div className="filters">
        <NativeSelect
          className="pick"
          label={t('expiring.show')}
          value={values.within}
          onChange={(event) => {
            const next = (['7', '30', '60', '90'] as const).find((days) => days === event.currentTarget.value)
            set({ within: next ?? '60' })
          }}
        >
          {['7', '30', '60', '90'].map((days) => (
            <option key={days} value={days}>
              {t('pick.within_days', { days })}
            </option>
          ))}
        </NativeSelect>
      </div>
      <Answer query={links} lines={8}>
        {({ items }) => <Board links={items.toSorted(byEnd)} />}
      </Answer>
    </Page>
  )
}

function byEnd(a: Link, b: Link): number {
  return (a.expires_in_days ?? 0) - (b.expires_in_days ?? 0)
}
