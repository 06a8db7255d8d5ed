import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { useAccessLinks } from '../org/calls.ts'
import { useVisits } from './calls.ts'
import { VisitList } from './visit-list.tsx'

const spec = { partner: textField(), days: textField() }
const spans = ['7', '30', '90'] as const
const most = 100

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
        {({ items }) => (
          <div className="panel">
            <VisitList visits={items} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
