import './plans-words.ts'
import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PlanDetail } from '@liaison/client'
import { use, useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm, PresentState } from '../../parts/kept-form.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { formatCount } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { fromMinor, toMinor } from './plan-draft.ts'

const keys = ['ops.per_day', 'ops.per_7d', 'rate.per_min'] as const
type LimitKey = (typeof keys)[number]
type Limits = Record<LimitKey, string>
type Wanted = { isOffered: boolean; price: number | null; limits: Limits }

const labels = {
  'ops.per_day': 'lent.day',
  'ops.per_7d': 'lent.week',
  'rate.per_min': 'lent.minute',
} as const

const isWhole = (text: string): boolean => text.trim() === '' || /^[1-9]\d{0,6}$/.test(text.trim())

/** What is said of a limit is sent; an empty field leaves it as the catalogue has it. */
function toLimits(limits: Limits, before: Readonly<Record<string, unknown>>) {
  const kept = Object.entries(before).filter(([key]) => !keys.some((known) => known === key))
  const said = keys.flatMap((key) => (limits[key].trim() === '' ? [] : [[key, Number(limits[key])] as const]))
  return Object.fromEntries([...kept, ...said])
}

function useOffer({ plan_id: id, offer }: PlanDetail) {
  const follow = use(PresentState)
  return useWrite(
    ({ isOffered, price, limits }: Wanted, { client }) =>
      readBody(
        client.PUT('/partner/plans/{plan_id}/offer', {
          params: { path: { plan_id: id } },
          headers: { 'If-Match': `"v${String(offer?.version ?? 0)}"` },
          body: { is_offered: isOffered, price_minor: price, limits: toLimits(limits, offer?.limits ?? {}) },
        }),
      ),
    () => {
      follow()
      showToast(t('lent.done'))
    },
  )
}

type LimitFieldsProps = {
  plan: PlanDetail
  limits: Limits
  wrong: readonly LimitKey[]
  onLimits: (change: Partial<Limits>) => void
}

/** Own limits of a lent plan, each with what the catalogue gives beside it. */
function LimitFields({ plan, limits, wrong, onLimits }: LimitFieldsProps) {
  return keys.map((key) => {
    const most = plan.terms.limits[key]
    return (
      <TextInput
        key={key}
        id={key}
        inputMode="numeric"
        label={t(labels[key])}
        description={
          most === undefined ? t('lent.limit_free') : t('lent.limit_most', { most: formatCount(most) })
        }
        value={limits[key]}
        maxLength={7}
        error={wrong.includes(key) ? t('plan_form.number_wrong') : undefined}
        onChange={(event) => onLimits({ [key]: event.currentTarget.value })}
      />
    )
  })
}

type Draft = { amount: string; limits: Limits }

function draftOf({ offer, terms }: PlanDetail): Draft {
  const textOf = (key: LimitKey): string => {
    const value = offer?.limits[key]
    return value === undefined ? '' : String(value)
  }
  return {
    amount: offer?.price ? fromMinor(offer.price.amount_minor, terms.price.currency) : '',
    limits: {
      'ops.per_day': textOf('ops.per_day'),
      'ops.per_7d': textOf('ops.per_7d'),
      'rate.per_min': textOf('rate.per_min'),
    },
  }
}

/** Own price and limits of a lent plan, and the buttons by which it is offered and taken from offer. */
function OfferForm({ plan, isOffered }: { plan: PlanDetail; isOffered: boolean }) {
  const [draft, setDraft] = useState(() => draftOf(plan))
  const [isWrong, setWrong] = useState(false)
  const [wrongLimits, setWrongLimits] = useState<readonly LimitKey[]>([])
  const write = useOffer(plan)
  const { amount, limits } = draft
  const send = (wanted: boolean) => {
    const price = amount.trim() === '' ? null : toMinor(amount, plan.terms.price.currency)
    const isBad = amount.trim() !== '' && price === null
    const badLimits = keys.filter((key) => !isWhole(limits[key]))
    setWrong(isBad)
    setWrongLimits(badLimits)
    if (!isBad && badLimits.length === 0) write.mutate({ isOffered: wanted, price, limits })
  }
  return (
    <>
      <WriteProblem error={write.error} />
      <TextInput
        id="own_price"
        label={t('lent.amount')}
        value={amount}
        maxLength={12}
        error={isWrong ? t('plan_form.amount_wrong') : undefined}
        onChange={(event) => setDraft({ ...draft, amount: event.currentTarget.value })}
      />
      <LimitFields
        plan={plan}
        limits={limits}
        wrong={wrongLimits}
        onLimits={(change) => setDraft({ ...draft, limits: { ...limits, ...change } })}
      />
      <div className="row">
        <Button variant="default" loading={write.isPending} onClick={() => send(true)}>
          {t('lent.offer')}
        </Button>
        {isOffered && (
          <Button variant="default" onClick={() => send(false)}>
            {t('lent.stop')}
          </Button>
        )}
      </div>
    </>
  )
}

/** What the partner makes of a plan that the catalogue lends it. */
export function LentOffer({ plan, mayManage }: { plan: PlanDetail; mayManage: boolean }) {
  const { offer } = plan
  if (!offer) return null
  return (
    <Panel title={t('lent.title')}>
      <div className="stack tight form">
        {!offer.is_allowed && <Note tone="attention">{t('lent.taken_back')}</Note>}
        {offer.is_allowed && <p className="muted">{t('lent.text')}</p>}
        <p>{t(offer.is_offered ? 'lent.offered' : 'lent.not_offered')}</p>
        {mayManage && offer.is_allowed && (
          <KeptForm value={plan} version={offer.version}>
            {(held) => <OfferForm plan={held} isOffered={offer.is_offered} />}
          </KeptForm>
        )}
      </div>
    </Panel>
  )
}
