import './vouchers-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Voucher } from '@liaison/client'
import { useState } from 'react'

import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces as places } from '../../places.ts'
import { readVoucher } from './calls.ts'
import { VoucherAct } from './voucher-acts.tsx'
import { PersonFacts, VoucherFacts } from './voucher-facts.tsx'

const refetchMs = 30_000

function Earlier({ vouchers }: { vouchers: readonly Voucher[] }) {
  const ten = useParam('ten')
  if (vouchers.length === 0) return <p>{t('review.earlier_none')}</p>
  return (
    <div className="review-earlier">
      {vouchers.map((voucher) => (
        <div key={voucher.voucher_id} className="stack tight">
          <GoLink className="thing mono" to={places.voucher(ten, voucher.voucher_id)}>
            {voucher.code}
          </GoLink>
          <PersonFacts voucher={voucher} />
          <VoucherFacts voucher={voucher} />
        </div>
      ))}
    </div>
  )
}

/** The waiting voucher on one side, what the same person has on the other. */
function Comparison({ waiting }: { waiting: Voucher }) {
  const id = waiting.voucher_id
  const detail = useRead(['voucher', id], (frame, signal) => readVoucher(frame, id, signal))
  return (
    <div className="halves">
      <Panel title={t('review.waits')}>
        <div className="stack tight">
          <span className="strong mono">{waiting.code}</span>
          <PersonFacts voucher={waiting} />
          <VoucherFacts voucher={waiting} />
        </div>
      </Panel>
      <Panel title={t('review.earlier')}>
        <Answer query={detail} lines={5}>
          {(body) => <Earlier vouchers={body.same_person} />}
        </Answer>
      </Panel>
    </div>
  )
}

const readAtOnce = 100

type Waiting = { items: readonly Voucher[]; offset: number; total: number }

/** The voucher that is looked at, and its place among all that wait. */
type Held = { at: number; id: string | null }

/**
 * Where the held voucher stands now: colleagues decide about those before it meanwhile. Once it is decided itself, the one
 * that came into its place is held; behind the last one the first is.
 */
function locate({ items, offset, total }: Waiting, { at, id }: Held): Held {
  const found = items.findIndex((voucher) => voucher.voucher_id === id)
  const place = found === -1 ? at : offset + found
  const next = place < total ? place : 0
  return { at: next, id: items[next - offset]?.voucher_id ?? null }
}

function useWaiting() {
  const [held, setHeld] = useState<Held>({ at: 0, id: null })
  const offset = held.at - (held.at % readAtOnce)
  const query = { status: 'pending_review', order: 'oldest', limit: readAtOnce, offset } as const
  const waiting = useRead(
    ['vouchers', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/vouchers', { params: { query }, signal })),
    { refetchMs },
  )
  const now = waiting.data === undefined ? held : locate(waiting.data, held)
  if (now.at !== held.at || now.id !== held.id) setHeld(now)
  return { waiting, held: now, skip: () => setHeld({ at: now.at + 1, id: null }) }
}

type OneProps = { waiting: Voucher; at: number; all: number; onSkip: () => void }

function One({ waiting, at, all, onSkip }: OneProps) {
  const ten = useParam('ten')
  return (
    <div className="stack" key={waiting.voucher_id}>
      <div className="row">
        <span className="strong">{t('review.position', { at: at + 1, all })}</span>
        <GoLink className="thing" to={places.voucher(ten, waiting.voucher_id)}>
          {t('review.open')}
        </GoLink>
      </div>
      <Comparison waiting={waiting} />
      <div className="row">
        <VoucherAct voucher={waiting} to="approve" />
        <VoucherAct voucher={waiting} to="decline" />
        {all > 1 && (
          <Button variant="subtle" onClick={onSkip}>
            {t('review.skip')}
          </Button>
        )}
      </div>
    </div>
  )
}

/** Vouchers that wait for a decision, one at a time, beside what the same person has already. */
export function ReviewPage() {
  const { waiting, held, skip } = useWaiting()
  return (
    <Page title={t('review.title')} lead={t('review.lead')}>
      <Answer query={waiting} lines={8}>
        {(page) => {
          const one = page.items.find((voucher) => voucher.voucher_id === held.id)
          return one === undefined ? (
            <div className="list">
              <Empty title={t('review.none')} text={t('review.none_text')} />
            </div>
          ) : (
            <One waiting={one} at={held.at} all={page.total} onSkip={skip} />
          )
        }}
      </Answer>
    </Page>
  )
}
