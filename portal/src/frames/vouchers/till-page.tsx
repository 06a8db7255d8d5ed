import './vouchers-words.ts'
import { Button, TextInput } from '@mantine/core'
import { LiaisonProblem, readBody } from '@liaison/client'
import type { TillVoucher } from '@liaison/client'
import { useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import type { Frame } from '../../platform/frame.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readAmount } from '../shared/amount.ts'
import { TillState } from './till-state.tsx'
import type { Shown } from './till-state.tsx'
import { isVoucherCode } from './voucher-code.ts'

const placeKey = 'liaison.till.place'

function readPlace(): string {
  return window.localStorage.getItem(placeKey) ?? ''
}

function keepPlace(place: string): void {
  window.localStorage.setItem(placeKey, place)
}

async function lookUp({ client }: Frame, code: string): Promise<Shown> {
  try {
    return {
      voucher: await readBody(client.POST('/tenant/vouchers/look-up', { body: { code } })),
      kind: 'found',
    }
  } catch (error) {
    if (error instanceof LiaisonProblem && error.status === 404) return { kind: 'missing' }
    throw error
  }
}

type Redemption = { code: string; receipt: string; place: string; amount: string; currency: string }

async function redeem(frame: Frame, asked: Redemption): Promise<Shown> {
  const gross = readAmount(asked.amount, asked.currency)
  const body = {
    receipt_id: asked.receipt,
    ...(asked.place !== '' && { place: asked.place }),
    ...(gross !== null && { gross_total: gross }),
  }
  try {
    const voucher = await readBody(
      frame.client.POST('/tenant/vouchers/{code}/redeem', { params: { path: { code: asked.code } }, body }),
    )
    return { kind: 'done', voucher }
  } catch (error) {
    // Somebody was quicker, or its time ran out meanwhile: what is so now is shown, not what was.
    if (!(error instanceof LiaisonProblem) || error.status !== 409) throw error
    const now = await lookUp(frame, asked.code)
    return now.kind === 'found' ? { ...now, kind: 'lost' } : now
  }
}

type CodeFormProps = {
  field: RefObject<HTMLInputElement | null>
  isBusy: boolean
  onCode: (code: string) => void
}

/** The field for the code. A scanner types the code and Enter, as a person does. */
function CodeForm({ field, isBusy, onCode }: CodeFormProps) {
  const [code, setCode] = useState('')
  return (
    <form
      data-unkept=""
      className="stack tight till-code"
      onSubmit={(event) => {
        event.preventDefault()
        if (code.trim() !== '') onCode(code.trim())
      }}
    >
      <TextInput
        ref={field}
        id="code"
        label={t('till.code')}
        description={t('till.code_hint')}
        value={code}
        maxLength={60}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        data-autofocus=""
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" size="md" loading={isBusy}>
          {t('till.look_up')}
        </Button>
      </div>
    </form>
  )
}

type RedeemFormProps = { voucher: TillVoucher; onDone: (shown: Shown) => void }

function RedeemFields({ draft, onDraft }: { draft: Redemption; onDraft: (draft: Redemption) => void }) {
  return (
    <>
      <TextInput
        id="receipt_id"
        label={t('till.receipt')}
        value={draft.receipt}
        maxLength={60}
        autoComplete="off"
        onChange={(event) => onDraft({ ...draft, receipt: event.currentTarget.value })}
      />
      <div className="halves">
        <TextInput
          id="gross_total"
          label={t('till.amount')}
          inputMode="decimal"
          value={draft.amount}
          maxLength={15}
          onChange={(event) => onDraft({ ...draft, amount: event.currentTarget.value })}
        />
        <TextInput
          id="currency"
          label={t('till.currency')}
          value={draft.currency}
          maxLength={3}
          onChange={(event) => onDraft({ ...draft, currency: event.currentTarget.value.toUpperCase() })}
        />
      </div>
      <TextInput
        id="place"
        label={t('till.place')}
        description={t('till.place_hint')}
        value={draft.place}
        maxLength={60}
        onChange={(event) => onDraft({ ...draft, place: event.currentTarget.value })}
      />
    </>
  )
}

function checkRedemption(draft: Redemption): string | null {
  if (draft.receipt.trim() === '') return t('till.receipt_missing')
  const isAmountWrong = draft.amount.trim() !== '' && readAmount(draft.amount, draft.currency) === null
  return isAmountWrong ? t('till.amount_wrong') : null
}

function RedeemForm({ voucher, onDone }: RedeemFormProps) {
  const [draft, setDraft] = useState<Redemption>(() => ({
    code: voucher.code,
    receipt: '',
    place: readPlace(),
    amount: '',
    currency: voucher.usual_currency,
  }))
  const [fault, setFault] = useState<string | null>(null)
  const write = useWrite((asked: Redemption, frame) => redeem(frame, asked), onDone)
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = checkRedemption(draft)
        setFault(found)
        keepPlace(draft.place.trim())
        const sent = { ...draft, receipt: draft.receipt.trim(), place: draft.place.trim() }
        if (found === null) write.mutate(sent)
      }}
    >
      {fault !== null && (
        <p className="late" role="alert">
          {fault}
        </p>
      )}
      <WriteProblem error={write.error} />
      <RedeemFields draft={draft} onDraft={setDraft} />
      <div>
        <Button type="submit" size="md" loading={write.isPending}>
          {t('till.redeem')}
        </Button>
      </div>
    </form>
  )
}

/** Where vouchers are redeemed: with a scanner or the keyboard alone, on a counter or a phone. */
export function TillPage() {
  const field = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useState<Shown | null>(null)
  const look = useWrite((code: string, frame) => lookUp(frame, code), setShown)
  const read = (code: string) => {
    look.reset()
    // What cannot be a code is no voucher: nobody has to be asked, and the last one is no longer shown beside it.
    if (isVoucherCode(code)) look.mutate(code)
    else setShown({ kind: 'missing' })
  }
  useEffect(() => {
    field.current?.focus()
  }, [])
  useEffect(() => {
    // The next voucher can be scanned at once, unless this one waits for its receipt.
    if (shown === null) return
    const isGood = shown.kind === 'found' && shown.voucher.status === 'issued'
    if (isGood) document.getElementById('receipt_id')?.focus()
    else {
      field.current?.focus()
      // It may have had the focus all along: what was typed is replaced by the next code in any case.
      field.current?.select()
    }
  }, [shown])
  return (
    <Page title={t('till.title')} lead={t('till.lead')} isWhole>
      <div className="stack till">
        <CodeForm field={field} isBusy={look.isPending} onCode={read} />
        <WriteProblem error={look.error} />
        <TillState shown={shown} />
        {shown?.kind === 'found' && shown.voucher.status === 'issued' && (
          <RedeemForm key={shown.voucher.code} voucher={shown.voucher} onDone={setShown} />
        )}
      </div>
    </Page>
  )
}
