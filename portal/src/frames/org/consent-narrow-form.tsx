import { ACTION_NAMES, isCidr, isIpListWithin } from '@liaison/access'
import type { Action } from '@liaison/access'
import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Money, TenantConsent, TenantConsentDetail } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatMoney } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { sentenceOfAction } from '../shared/access-words.ts'
import { readAmount, writeAmount } from '../shared/amount.ts'
import { endOfDay } from '../../platform/last-day.ts'
import { linesOf } from '../shared/lines.ts'
import { mayOrder } from '../shared/ordered.ts'
import { Ticks } from '../shared/ticks.tsx'

type Leaves = TenantConsent['approver_leaves']
const leaves: readonly Leaves[] = ['suspend', 'ask', 'keep']

type Held = Pick<
  TenantConsent,
  | 'actions'
  | 'accounts'
  | 'ends_at'
  | 'approver_leaves'
  | 'order_limits'
  | 'max_revocation_seconds'
  | 'networks'
>
export type NarrowDraft = {
  actions: readonly Action[]
  accounts: readonly string[]
  day: string
  leaves: Leaves
  /** The limit of each currency as it is written. */
  limits: Readonly<Record<string, string>>
  /** Within how many seconds a stop must count, as it is written. */
  bound: string
  /** The networks that calls may come from, one a line. */
  networks: string
}
type Narrowing = {
  actions?: Action[]
  billing_account_ids?: string[]
  ends_at?: string
  approver_leaves?: Leaves
  order_limits?: Money[]
  max_revocation_seconds?: number
  networks?: string[]
}

/** The currencies of what is held, in which orders have a limit. */
function currenciesOf({ accounts }: Held): string[] {
  return [...new Set(accounts.map(({ currency }) => currency))].toSorted()
}

const idOfLimit = (currency: string) => `limit-${currency}`

/** The limits of what is held as they are written, by currency. */
function writtenLimits(held: Held): Record<string, string> {
  return Object.fromEntries(
    currenciesOf(held).map((currency) => {
      const limit = held.order_limits.find((money) => money.currency === currency)
      return [currency, limit === undefined ? '' : writeAmount(limit)]
    }),
  )
}

/** The limits that a draft asks for; null when it asks for those that are there. */
function limitsIn(held: Held, { limits }: NarrowDraft): Money[] | null {
  const before = writtenLimits(held)
  if (currenciesOf(held).every((currency) => limits[currency] === before[currency])) return null
  return currenciesOf(held).flatMap((currency) => readAmount(limits[currency] ?? '', currency) ?? [])
}

const writtenBound = (held: Held): string => held.max_revocation_seconds?.toString() ?? ''

/** What stands against a bound: no number of seconds that is one, or a higher one than there is. */
function checkBound(held: Held, written: string): FormError[] {
  const text = written.trim()
  if (text === writtenBound(held)) return []
  const fault = (words: string) => [{ field: 'max_revocation_seconds', text: words }]
  const seconds = Number(text)
  if (!/^\d{1,3}$/.test(text) || seconds < 1 || seconds > 299) return fault(t('consent.narrow_bound_bad'))
  const { max_revocation_seconds: before } = held
  return before !== null && seconds > before
    ? fault(t('consent.narrow_bound_higher', { seconds: before }))
    : []
}

const isSameNetworks = (held: Held, draft: NarrowDraft): boolean =>
  linesOf(draft.networks).join(' ') === held.networks.join(' ')

/** What stands against networks: no network at all, or one from which calls may not come now. */
function checkNetworks(held: Held, draft: NarrowDraft): FormError[] {
  if (isSameNetworks(held, draft)) return []
  const fault = (text: string) => [{ field: 'networks', text }]
  const wanted = linesOf(draft.networks)
  const bad = wanted.filter((text) => !isCidr(text))
  if (bad.length > 0) return fault(t('consent.narrow_networks_bad', { networks: bad.join(', ') }))
  const isNarrower =
    wanted.length > 0 && (held.networks.length === 0 || isIpListWithin(wanted, held.networks))
  return isNarrower ? [] : fault(t('consent.narrow_networks_wider'))
}

/** Only what differs from what is held; nothing at all when the draft changes nothing. */
export function toNarrowing(held: Held, draft: NarrowDraft): Narrowing {
  const end = endOfDay(draft.day)
  const limits = limitsIn(held, draft)
  return {
    ...(draft.actions.length < held.actions.length ? { actions: [...draft.actions] } : {}),
    ...(draft.accounts.length < held.accounts.length ? { billing_account_ids: [...draft.accounts] } : {}),
    ...(end === null ? {} : { ends_at: end.toISOString() }),
    ...(draft.leaves === held.approver_leaves ? {} : { approver_leaves: draft.leaves }),
    ...(limits === null ? {} : { order_limits: limits }),
    ...(draft.bound.trim() === writtenBound(held) ? {} : { max_revocation_seconds: Number(draft.bound) }),
    ...(isSameNetworks(held, draft) ? {} : { networks: linesOf(draft.networks) }),
  }
}

/** What stands against the limit of one currency: no amount, none where there was one, or more than there was. */
function checkLimit(held: Held, currency: string, written = ''): FormError[] {
  const before = held.order_limits.find((money) => money.currency === currency)
  const fault = (text: string) => [{ field: idOfLimit(currency), text }]
  if (written.trim() === '' && before === undefined) return []
  const wanted = readAmount(written, currency)
  if (wanted === null || wanted.amount_minor === 0) return fault(t('consent.narrow_limit_bad', { currency }))
  return before !== undefined && wanted.amount_minor > before.amount_minor
    ? fault(t('consent.narrow_limit_higher', { limit: formatMoney(before) }))
    : []
}

/** What stands against a draft, before anything is sent. */
export function checkNarrowing(held: Held, draft: NarrowDraft, now: Date): FormError[] {
  const end = draft.day === '' ? null : endOfDay(draft.day)
  const isBadDay = draft.day !== '' && (end === null || end <= now || end > new Date(held.ends_at))
  const errors: FormError[] = [
    ...(draft.actions.length === 0 ? [{ field: 'actions', text: t('consent.narrow_empty_actions') }] : []),
    ...(draft.accounts.length === 0
      ? [{ field: 'billing_account_ids', text: t('consent.narrow_empty_accounts') }]
      : []),
    ...currenciesOf(held).flatMap((currency) => checkLimit(held, currency, draft.limits[currency])),
    ...checkBound(held, draft.bound),
    ...checkNetworks(held, draft),
    ...(isBadDay ? [{ field: 'ends_at', text: t('consent.narrow_day') }] : []),
  ]
  const isSame = Object.keys(toNarrowing(held, draft)).length === 0
  return errors.length === 0 && isSame ? [{ field: 'actions', text: t('consent.narrow_nothing') }] : errors
}

type FieldsProps = {
  held: Held
  draft: NarrowDraft
  errors: readonly FormError[]
  onDraft: (draft: NarrowDraft) => void
}

function LimitFields({ held, draft, errors, onDraft }: FieldsProps) {
  return currenciesOf(held).map((currency) => (
    <TextInput
      key={currency}
      id={idOfLimit(currency)}
      label={t('consent.narrow_limit', { currency })}
      description={t('consent.narrow_limit_about')}
      inputMode="decimal"
      value={draft.limits[currency] ?? ''}
      error={errorOf(errors, idOfLimit(currency))}
      onChange={(event) =>
        onDraft({ ...draft, limits: { ...draft.limits, [currency]: event.currentTarget.value } })
      }
    />
  ))
}

function LeavesField({ draft, onDraft }: Pick<FieldsProps, 'draft' | 'onDraft'>) {
  return (
    <NativeSelect
      id="approver_leaves"
      label={t('consent.approver_leaves')}
      value={draft.leaves}
      onChange={(event) => {
        const next = leaves.find((word) => word === event.currentTarget.value)
        if (next !== undefined) onDraft({ ...draft, leaves: next })
      }}
    >
      {leaves.map((word) => (
        <option key={word} value={word}>
          {tValue('leaves', word)}
        </option>
      ))}
    </NativeSelect>
  )
}

/** From where calls may come, and how soon a stop counts: each closes the systems that check access by themselves. */
function BoundFields({ draft, errors, onDraft }: Omit<FieldsProps, 'held'>) {
  return (
    <>
      <Textarea
        id="networks"
        label={t('consent.narrow_networks')}
        description={t('consent.narrow_networks_about')}
        rows={2}
        spellCheck={false}
        value={draft.networks}
        error={errorOf(errors, 'networks')}
        onChange={(event) => onDraft({ ...draft, networks: event.currentTarget.value })}
      />
      <TextInput
        id="max_revocation_seconds"
        label={t('consent.narrow_bound')}
        description={t('consent.narrow_bound_about')}
        inputMode="numeric"
        maxLength={3}
        value={draft.bound}
        error={errorOf(errors, 'max_revocation_seconds')}
        onChange={(event) => onDraft({ ...draft, bound: event.currentTarget.value })}
      />
    </>
  )
}

function Fields({ held, draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Ticks
        id="actions"
        legend={t('consent.narrow_actions')}
        entries={ACTION_NAMES.filter((name) => held.actions.includes(name)).map((name) => ({
          value: name,
          label: sentenceOfAction(name),
        }))}
        ticked={draft.actions}
        onTicked={(actions) => onDraft({ ...draft, actions })}
      />
      <Ticks
        id="billing_account_ids"
        legend={t('consent.narrow_accounts')}
        entries={held.accounts.map((account) => ({
          value: account.billing_account_id,
          label: account.name === null ? account.ban : `${account.name} (${account.ban})`,
        }))}
        ticked={draft.accounts}
        onTicked={(accounts) => onDraft({ ...draft, accounts })}
      />
      {mayOrder(draft.actions) && <LimitFields held={held} draft={draft} errors={errors} onDraft={onDraft} />}
      <TextInput
        id="ends_at"
        type="date"
        label={t('consent.narrow_until')}
        value={draft.day}
        max={held.ends_at.slice(0, 10)}
        error={errorOf(errors, 'ends_at')}
        onChange={(event) => onDraft({ ...draft, day: event.currentTarget.value })}
      />
      <BoundFields draft={draft} errors={errors} onDraft={onDraft} />
      <LeavesField draft={draft} onDraft={onDraft} />
    </>
  )
}

type NarrowFormProps = { consent: TenantConsentDetail; etag: string | null }

/** Makes the access of an app smaller: fewer acts, fewer accounts, an earlier end. It holds from the next call. */
export function ConsentNarrowForm({ consent, etag }: NarrowFormProps) {
  const [draft, setDraft] = useState<NarrowDraft>({
    actions: consent.actions,
    accounts: consent.accounts.map((account) => account.billing_account_id),
    day: '',
    leaves: consent.approver_leaves,
    limits: writtenLimits(consent),
    bound: writtenBound(consent),
    networks: consent.networks.join('\n'),
  })
  const now = useNow(60_000)
  const [errors, setErrors] = useState<FormError[]>([])
  const partner = consent.partner_name
  const write = useWrite(
    (wanted: Narrowing, frame) =>
      readBody(
        frame.client.PATCH('/tenant/consents/{consent_id}', {
          params: { path: { consent_id: consent.consent_id } },
          headers: { 'If-Match': etag ?? '' },
          body: wanted,
        }),
      ),
    () => showToast(t('narrow.done', { partner })),
  )
  return (
    <Panel title={t('narrow.title')}>
      <form
        className="stack tight"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          const found = checkNarrowing(consent, draft, now)
          setErrors(found)
          if (found.length === 0) write.mutate(toNarrowing(consent, draft))
        }}
      >
        <p className="muted">{t('consent.narrow_text', { partner })}</p>
        <ErrorSummary errors={errors} />
        <WriteProblem error={write.error} />
        <Fields held={consent} draft={draft} errors={errors} onDraft={setDraft} />
        <div>
          <Button type="submit" variant="light" loading={write.isPending}>
            {t('narrow.apply', { partner })}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
