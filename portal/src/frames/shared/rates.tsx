import { Pick } from '../../parts/filter-bar.tsx'
import { Note } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { addWords, joinNames, t } from '../../platform/words.ts'
import { rates as words } from '../../words/rates.ts'

addWords(words)

const usual = ['EUR', 'GBP', 'USD']

/** The currency that an address names, as a query part; nothing when it names none. */
export function displayCurrency(value: string): { display_currency?: string } {
  return /^[A-Z]{3}$/.test(value) ? { display_currency: value } : {}
}

type CurrencyPickProps = { value: string; known: readonly string[]; onValue: (currency: string) => void }

/** In which currency all amounts are shown besides their own. */
export function ShowInPick({ value, known, onValue }: CurrencyPickProps) {
  const words = ['', ...new Set([...known, ...usual, ...(value === '' ? [] : [value])])]
  return (
    <Pick
      label={t('rates.show_in')}
      value={value}
      words={words}
      labelOf={(word) => (word === '' ? t('rates.show_none') : word)}
      onValue={onValue}
    />
  )
}

type Rate = { from: string; rate: string; date: string }

type RateNoteProps = {
  rates: readonly Rate[]
  /** The currencies without a rate of the last 31 days. */
  missing: readonly string[]
  /** The currency of the sum; without one of the rates there is none. */
  shownIn: string
}

/** What a sum in one currency was made with, of which day, or for want of which rates there is none. */
export function RateNote({ rates, missing, shownIn }: RateNoteProps) {
  const used = rates.map(({ from, rate, date }) => t('rates.rate', { from, rate, date: formatDate(date) }))
  return (
    <Note tone={missing.length > 0 ? 'attention' : 'info'}>
      {used.length > 0 && <p>{used.join(' · ')}</p>}
      {missing.length > 0 && (
        <p className="strong">
          {t('rates.no_sum', { currencies: joinNames(missing), count: missing.length, currency: shownIn })}
        </p>
      )}
      {used.length === 0 && missing.length === 0 && <p>{t('rates.none')}</p>}
    </Note>
  )
}
