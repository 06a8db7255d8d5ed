import type { Money } from '@liaison/client'

import {
  formatDate,
  formatDateTime,
  formatMoney,
  formatMoneyCompact,
  formatRelative,
} from '../platform/format.ts'
import { describeStatus, shownLinkStatus } from '../platform/status.ts'
import type { StatusFamily } from '../platform/status.ts'
import { t, tValue } from '../platform/words.ts'
import { glyphStyle } from './glyphs.tsx'

/** Sign and word of a status, in its tone. */
export function StatusChip({ family, value }: { family: StatusFamily; value: string }) {
  const { words, look } = describeStatus(family, value)
  return (
    <span className="chip" data-tone={look[0]} style={glyphStyle(look[1])}>
      {words}
    </span>
  )
}

type LinkChipProps = {
  status: string
  days: number | null
  /** Which side brought it into this state; one that was ended then says by whom. */
  by?: string | null
}

/** The chip of a link; an active link near its end reads "Expires soon". */
export function LinkChip({ status, days, by = null }: LinkChipProps) {
  const { words, look } = describeStatus('link', shownLinkStatus(status, days))
  const isEnded = status === 'revoked' && by !== null && by !== 'clock'
  return (
    <span className="chip" data-tone={look[0]} style={glyphStyle(look[1])}>
      {isEnded ? tValue('ended_by', by) : words}
    </span>
  )
}

/** Amounts of one or more currencies, one under the other and never added. A dash means none. */
export function MoneyText({ money, late = false }: { money: Money | Money[] | null; late?: boolean }) {
  if (money === null) return <span className="muted">{t('value.withheld')}</span>
  const amounts = (Array.isArray(money) ? money : [money]).filter(
    (amount) => amount.amount_minor !== 0 || !Array.isArray(money),
  )
  if (amounts.length === 0) return <span className="muted">–</span>
  const [only] = amounts
  if (amounts.length === 1 && only !== undefined && !(late && only.amount_minor > 0)) return formatMoney(only)
  return amounts.map((amount, index) => (
    <span key={amount.currency} className={late && amount.amount_minor > 0 ? 'num late' : 'num'}>
      {index > 0 && <br />}
      {formatMoney(amount)}
    </span>
  ))
}

/** An amount shortened for a tile: the figure as tiles have it, and its currency smaller, so that both stay on one line. */
function ShortMoney({ money }: { money: Money }) {
  const text = formatMoneyCompact(money)
  const end = text.length - money.currency.length
  return (
    <span aria-hidden="true">
      {text.slice(0, end)}
      <small>{money.currency}</small>
    </span>
  )
}

/** Amounts shortened for a tile, with the exact amount for the pointer and for screen readers. */
export function MoneyFigure({ money }: { money: readonly Money[] }) {
  if (money.length === 0) return <p className="figure">–</p>
  return (
    <p className={money.length > 1 ? 'figure several' : 'figure'}>
      {money.map((amount) => (
        <span key={amount.currency} title={formatMoney(amount)}>
          <ShortMoney money={amount} />
          <span className="unseen">{formatMoney(amount)}. </span>
          <br />
        </span>
      ))}
    </p>
  )
}

/** A day, as "22 Sep 2027". */
export function DateText({ iso }: { iso: string | null | undefined }) {
  if (!iso) return <span className="muted">–</span>
  return (
    <time dateTime={iso} className="nowrap">
      {formatDate(iso)}
    </time>
  )
}

/** A moment, relative within a day and with the exact time for the pointer. */
export function MomentText({ iso, now }: { iso: string | null | undefined; now: Date }) {
  if (!iso) return <span className="muted">–</span>
  return (
    <time dateTime={iso} title={formatDateTime(iso)} className="nowrap">
      {formatRelative(iso, now)}
    </time>
  )
}

/** A public id with a button that copies it. */
export function IdText({ id }: { id: string }) {
  return (
    <span className="id">
      <code className="mono" title={id}>
        {id}
      </code>
      <button
        type="button"
        className="row-tool"
        aria-label={t('id.copy_label', { id })}
        onClick={() => void navigator.clipboard.writeText(id)}
      >
        {t('id.copy')}
      </button>
    </span>
  )
}
