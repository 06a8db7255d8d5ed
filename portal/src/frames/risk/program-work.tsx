import './risk-words.ts'
import { readBody } from '@liaison/client'
import type { ApiClient, SecondPersonRequest } from '@liaison/client'
import type { ReactNode } from 'react'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, MoneyText } from '../../parts/values.tsx'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { logosOf } from '../shared/client-logos.ts'
import { RestOf } from '../shared/rest-of.tsx'
import { describeRequest } from '../shared/second-person.tsx'
import { subjectOf } from './describe.ts'

const few = 8
// The lists begin with the newest, and what has waited longest is to be shown first.
const most = 100

type Line = { id: string; to: string; title: string; note: ReactNode }

type LinesProps = {
  lines: readonly Line[]
  none: string
  /** How many there are in all; as many as are shown when it is left out. */
  total?: number
  to?: string
}

function Lines({ lines, none, total = lines.length, ...rest }: LinesProps) {
  if (lines.length === 0) return <p className="muted">{none}</p>
  return (
    <>
      <ul className="lines">
        {lines.map(({ id, to, title, note }) => (
          <li key={id}>
            <GoLink className="thing" to={to}>
              {title}
            </GoLink>
            <span className="muted">{note}</span>
          </li>
        ))}
      </ul>
      <RestOf shown={lines.length} total={total} {...rest} />
    </>
  )
}

function Agreements() {
  const query = { state: 'signed', limit: most }
  const agreements = useRead(['agreements', 'work'], (frame, signal) =>
    readBody(frame.client.GET('/admin/agreements', { params: { query }, signal })),
  )
  return (
    <Panel title={t('work.agreements')}>
      <Answer query={agreements} lines={3}>
        {({ items, total }) => (
          <Lines
            none={t('work.agreements_none')}
            total={total}
            to={`${platformPlaces.agreements()}?state=signed`}
            lines={items
              .toSorted((left, right) => (left.signed_at ?? '').localeCompare(right.signed_at ?? ''))
              .slice(0, few)
              .map((agreement) => ({
                id: agreement.agreement_id,
                to: platformPlaces.agreement(agreement.agreement_id),
                title: t('work.agreement', { partner: agreement.partner_name, version: agreement.version }),
                note: <DateText iso={agreement.signed_at} />,
              }))}
          />
        )}
      </Answer>
    </Panel>
  )
}

function Earnings() {
  const query = { state: 'pending', limit: 1 }
  const earnings = useRead(['earnings', 'work'], (frame, signal) =>
    readBody(frame.client.GET('/admin/earnings', { params: { query }, signal })),
  )
  return (
    <Panel title={t('work.earnings')}>
      <Answer query={earnings} lines={3}>
        {({ total }) =>
          total === 0 ? (
            <p className="muted">{t('work.earnings_none')}</p>
          ) : (
            <GoLink className="thing" to={`${platformPlaces.earnings()}?state=pending`}>
              {t('work.earnings_count', { count: total })}
            </GoLink>
          )
        }
      </Answer>
    </Panel>
  )
}

function Batches() {
  const query = { state: 'submitted', limit: most }
  const batches = useRead(['payouts', 'work'], (frame, signal) =>
    readBody(frame.client.GET('/admin/payout-batches', { params: { query }, signal })),
  )
  return (
    <Panel title={t('work.batches')}>
      <Answer query={batches} lines={3}>
        {({ items, total }) => (
          <Lines
            none={t('work.batches_none')}
            total={total}
            to={`${platformPlaces.payouts()}?state=submitted`}
            lines={items
              .toSorted((left, right) => left.created_at.localeCompare(right.created_at))
              .slice(0, few)
              .map((batch) => ({
                id: batch.batch_id,
                to: platformPlaces.payout(batch.batch_id),
                title: t('work.batch', { number: batch.number }),
                note: <MoneyText money={batch.total} />,
              }))}
          />
        )}
      </Answer>
    </Panel>
  )
}

function Cases() {
  const query = { state: 'open', limit: few }
  const cases = useRead(['risk', 'cases', 'work'], (frame, signal) =>
    readBody(frame.client.GET('/admin/risk-cases', { params: { query }, signal })),
  )
  return (
    <Panel title={t('work.risk')}>
      <Answer query={cases} lines={3}>
        {({ items, total }) => (
          <Lines
            none={t('work.risk_none')}
            total={total}
            to={`${platformPlaces.riskCases()}?state=open`}
            lines={items.map((found) => ({
              id: found.risk_case_id,
              to: platformPlaces.riskCase(found.risk_case_id),
              title: subjectOf(found),
              note: <DateText iso={found.created_at} />,
            }))}
          />
        )}
      </Answer>
    </Panel>
  )
}

/** The page on which a request is answered. */
function placeOf({ kind, partner_id: partner }: SecondPersonRequest): string {
  if (partner === null) return platformPlaces.programSettings()
  return kind === 'identity_care'
    ? platformPlaces.partnerPart(partner, 'configuration')
    : platformPlaces.partner(partner)
}

/** What of a client waits for the provider. */
function waitsFor(client: ApiClient): 'live' | 'logo' | 'both' {
  const { environment, status, live_requested_at: asked } = client
  const isLive = environment === 'sandbox' && status === 'active' && asked !== null
  if (logosOf(client).waiting === null) return 'live'
  return isLive ? 'both' : 'logo'
}

function Clients() {
  const query = { waiting_for: 'provider', limit: few } as const
  const clients = useRead(['clients', 'work'], (frame, signal) =>
    readBody(frame.client.GET('/admin/clients', { params: { query }, signal })),
  )
  return (
    <Panel title={t('work.clients')}>
      <Answer query={clients} lines={3}>
        {({ items }) => (
          <Lines
            none={t('work.clients_none')}
            lines={items.map((client) => ({
              id: client.client_id,
              to: platformPlaces.client(client.client_id),
              title: t('work.client', { client: client.name, owner: client.owner.name }),
              note: t(`work.client_${waitsFor(client)}`),
            }))}
          />
        )}
      </Answer>
    </Panel>
  )
}

function SecondPeople() {
  const query = { state: 'waiting', limit: few }
  const requests = useRead(['second-person', 'work'], (frame, signal) =>
    readBody(frame.client.GET('/admin/second-person-requests', { params: { query }, signal })),
  )
  return (
    <Panel title={t('second.work')}>
      <Answer query={requests} lines={3}>
        {({ items, total }) => (
          <Lines
            none={t('second.none')}
            total={total}
            lines={items.map((request) => ({
              id: request.request_id,
              to: placeOf(request),
              title: describeRequest(request),
              note: <DateText iso={request.asked_at} />,
            }))}
          />
        )}
      </Answer>
    </Panel>
  )
}

/** What of the partner program waits for the provider, the oldest first. */
export function ProgramWork() {
  const sees = {
    partners: useMay('platform.partners.read'),
    agreements: useMay('platform.agreements.read'),
    earnings: useMay('platform.earnings.read'),
    payouts: useMay('platform.payouts.read'),
    risk: useMay('platform.risk.read'),
    clients: useMay('platform.clients.read'),
  }
  return (
    <>
      {sees.partners && <SecondPeople />}
      {sees.clients && <Clients />}
      {sees.agreements && <Agreements />}
      {sees.earnings && <Earnings />}
      {sees.payouts && <Batches />}
      {sees.risk && <Cases />}
    </>
  )
}
