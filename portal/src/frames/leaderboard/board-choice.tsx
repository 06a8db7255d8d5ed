import './leaderboard-words.ts'
import type { ReactNode } from 'react'

import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { t } from '../../platform/words.ts'
import { formatMonth } from '../reports/figures.ts'
import { pageField } from '../shared/list-fields.ts'

type Measure = 'sign_ups' | 'earnings'

/** What there is to choose from. */
type Offered = { shows: readonly Measure[]; months: readonly string[]; currencies: readonly string[] }

/** The board that is looked at. */
export type Board = { by: Measure; period: string; currency: string }

const ALL_TIME = 'all_time'

const spec = {
  by: choiceField(['sign_ups', 'earnings'], 'sign_ups'),
  period: textField(),
  currency: textField(),
  page: pageField(),
}

const oneOf = <Word extends string>(word: string, words: readonly Word[]): Word | undefined =>
  words.find((other) => other === word) ?? words[0]

/** Which board is chosen of those that there are. */
export function useBoard({ shows, months, currencies }: Offered) {
  const filters = useFilters(spec)
  const board: Board = {
    by: oneOf(filters.values.by, shows) ?? 'sign_ups',
    period: oneOf(filters.values.period, [ALL_TIME, ...months]) ?? ALL_TIME,
    currency: oneOf(filters.values.currency, currencies) ?? '',
  }
  return { filters, board }
}

type BoardChoiceProps = {
  offered: Offered
  board: Board
  filters: ReturnType<typeof useBoard>['filters']
  note: ReactNode
}

/** By what partners are ranked, of which period and in which currency. */
export function BoardChoice({ offered, board, filters, note }: BoardChoiceProps) {
  const { set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <Pick
        label={t('leaderboard.by')}
        value={board.by}
        words={offered.shows}
        labelOf={(by) => t(`leaderboard.by.${by}`)}
        onValue={(by) => set({ by, page: 0 })}
      />
      <Pick
        label={t('leaderboard.period')}
        value={board.period}
        words={[ALL_TIME, ...offered.months]}
        labelOf={(period) => (period === ALL_TIME ? t('leaderboard.all_time') : formatMonth(period))}
        onValue={(period) => set({ period, page: 0 })}
      />
      {board.by === 'earnings' && offered.currencies.length > 0 && (
        <Pick
          label={t('leaderboard.currency')}
          value={board.currency}
          words={offered.currencies}
          labelOf={(currency) => currency}
          onValue={(currency) => set({ currency, page: 0 })}
        />
      )}
    </FilterBar>
  )
}
