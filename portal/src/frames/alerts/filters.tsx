import { FilterBar, Pick } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { t } from '../../platform/words.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'

const states = ['open', 'active', 'acknowledged', 'resolved', 'all'] as const
const severities = ['all', 'critical', 'warning'] as const
const tabs = ['sla', 'billing', 'access'] as const
const areas = ['all', ...tabs] as const

export type Tab = (typeof tabs)[number]

export const alertSpec = {
  tab: choiceField(tabs, 'sla'),
  area: choiceField(areas, 'all'),
  state: choiceField(states, 'open'),
  severity: choiceField(severities, 'all'),
  snoozed: choiceField(['no', 'yes'], 'no'),
  group: textField(),
  page: pageField(),
}

export type AlertFilters = Filters<typeof alertSpec>

/** The filters as the API names them. What sleeps is left out unless it is asked for. */
export function toAlertQuery({ values }: AlertFilters) {
  const { state, severity, snoozed, page } = values
  return {
    ...(state === 'all' ? {} : { status: state === 'open' ? 'active,acknowledged' : state }),
    ...(severity === 'all' ? {} : { severity }),
    ...(snoozed === 'yes' || state === 'resolved' || state === 'all' ? {} : { snoozed: 'false' as const }),
    ...pagingQuery(page),
  }
}

/** The group filter, where there are groups to choose from. */
export const groupOf = ({ values }: AlertFilters) => optional('group', values.group)

type BarProps = { filters: AlertFilters; withGroup?: boolean; withArea?: boolean }

/** The filters of a list of alerts. */
export function AlertFilterBar({ filters, withGroup = false, withArea = false }: BarProps) {
  const { values, set } = filters
  const active = filters.active.filter((name) => name !== 'tab')
  return (
    <FilterBar
      active={active}
      onClear={() => set({ state: 'open', severity: 'all', snoozed: 'no', group: '', area: 'all' })}
    >
      <Pick
        label={t('alerts.state')}
        value={values.state}
        words={states}
        labelOf={(word) => t(`alerts.state.${word}`)}
        onValue={(state) => set({ state })}
      />
      <Pick
        label={t('alerts.severity')}
        value={values.severity}
        words={severities}
        labelOf={(word) => t(`alerts.severity.${word}`)}
        onValue={(severity) => set({ severity })}
      />
      {withArea && (
        <Pick
          label={t('alerts.area')}
          value={values.area}
          words={areas}
          labelOf={(word) => t(word === 'all' ? 'alerts.area.all' : `alerts.tab.${word}`)}
          onValue={(area) => set({ area })}
        />
      )}
      {values.state !== 'all' && values.state !== 'resolved' && (
        <Pick
          label={t('alerts.snoozed')}
          value={values.snoozed}
          words={['no', 'yes']}
          labelOf={(word) => t(`alerts.snoozed.${word}`)}
          onValue={(snoozed) => set({ snoozed })}
        />
      )}
      {withGroup && <GroupPick value={values.group} onValue={(group) => set({ group })} />}
    </FilterBar>
  )
}
