import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { numberField, textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { useAccessLinks } from '../org/calls.ts'
import { useVisits } from './calls.ts'
import { VisitList } from './visit-list.tsx'

const most = 50
// The server counts no further than this.
const spec = { partner: textField(), days: textField(), page: numberField(0, { min: 0, max: 200 }) }
const spans = ['7', '30', '90'] as const

type PagesProps = { shown: number; page: number; hasMore: boolean; onPage: (page: number) => void }

/** Which visits are shown, and the way to those before and after them; how many there are in all is not counted. */
function Pages({ shown, page, hasMore, onPage }: PagesProps) {
  if (page === 0 && !hasMore) return null
  const first = page * most + 1
  return (
    <div className="list-foot">
      <span className="num" role="status">
        {t('visits.range', { first: formatCount(first), last: formatCount(first + shown - 1) })}
      </span>
      <nav aria-label={t('table.pages')}>
        {page > 0 && (
          <button type="button" className="row-tool" onClick={() => onPage(page - 1)}>
            {t('table.previous')}
          </button>
        )}
        {hasMore && (
          <button type="button" className="row-tool" onClick={() => onPage(page + 1)}>
            {t('table.next')}
          </button>
        )}
      </nav>
    </div>
  )
}

/** Who of the partners came in, for how long and what for. */
export function VisitsPage() {
  const { name } = useFrame()
  const { values, set, clear, active } = useFilters(spec)
  const links = useAccessLinks('')
  const partners = new Map((links.data?.items ?? []).map((link) => [link.partner_id, link.partner_name]))
  const days = spans.find((span) => span === values.days) ?? '30'
  const visits = useVisits({
    days: Number(days),
    limit: most,
    offset: values.page * most,
    ...(values.partner !== '' && { partner_id: values.partner }),
  })
  return (
    <Page title={t('visits.page_title')} lead={t('visits.lead', { org: name })}>
      <FilterBar active={active} onClear={clear}>
        <Pick
          label={t('visits.partner')}
          value={values.partner}
          words={['', ...partners.keys()]}
          labelOf={(id) => (id === '' ? t('pick.any') : (partners.get(id) ?? id))}
          onValue={(partner) => set({ partner })}
        />
        <Pick
          label={t('visits.days')}
          value={days}
          words={spans}
          labelOf={(span) => t('visits.days_option', { days: span })}
          onValue={(span) => set({ days: span === '30' ? '' : span })}
        />
      </FilterBar>
      <Answer query={visits} lines={8}>
        {({ items, has_more: hasMore }) => (
          <div className="stack">
            <div className="panel">
              <VisitList visits={items} />
            </div>
            <Pages
              shown={items.length}
              page={values.page}
              hasMore={hasMore}
              onPage={(page) => set({ page })}
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}
