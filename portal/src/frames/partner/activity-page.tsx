import type { ReachableTenant } from '@liaison/client'

import { ActivityPage as Feed } from '../../parts/activity-page.tsx'
import { Page } from '../../parts/page.tsx'
import { Bones } from '../../parts/states.tsx'
import type { ActivityFilter } from '../../platform/calls.ts'
import { clientFor, useFrame, useMay } from '../../platform/frame.ts'
import { findPartner } from '../../platform/me.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryMember, readEveryReach } from '../shared/every.ts'
import { ActivityWhole } from './activity-whole.tsx'
import { AuditedTenants } from './audited-tenants.tsx'
import { engagementOf, isAudited } from './engagement.ts'

const renderWhole = (time: Pick<ActivityFilter, 'from' | 'to'>) => <ActivityWhole time={time} />

function useIsAuditor(): boolean {
  const { me, partnerId } = useFrame()
  const own = findPartner(me, partnerId)
  return own?.kind === 'partner' && own.kinds.includes('auditor')
}

/** The tenants that the person reaches, by name. */
function useTenants() {
  const may = useMay('partner_org.links.read')
  return useRead(['audited'], (_frame, signal) => readEveryReach(clientFor(''), signal), { enabled: may })
}

function usePeople() {
  const may = useMay('partner_org.members.read')
  const members = useRead(['members', 'every'], (frame, signal) => readEveryMember(frame.client, signal), {
    enabled: may,
  })
  return (members.data ?? []).map(({ person_id: id, name }) => ({ id, name }))
}

/** Each tenant once, however many links the person has there. */
function choicesOf(tenants: readonly ReachableTenant[]) {
  return [...new Map(tenants.map(({ tenant_id: id, name }) => [id, { id, name }])).values()]
}

/**
 * What the partner's people did, in every tenant; the tenants see the same events. An auditor begins with the days of the
 * engagements, and reads whether the log is complete (experience.md section 4).
 */
export function ActivityPage() {
  const isAuditor = useIsAuditor()
  const tenants = useTenants()
  const people = usePeople()
  const reached = tenants.data ?? []
  if (isAuditor && tenants.isLoading) {
    return (
      <Page title={t('activity.title')} lead={t('activity.partner_lead')}>
        <Bones lines={8} />
      </Page>
    )
  }
  const audited = isAuditor ? reached.filter(isAudited) : []
  const days = engagementOf(audited)
  return (
    <Feed
      side="any"
      title={t('activity.title')}
      lead={t('activity.partner_lead')}
      emptyText={t('activity.partner_empty')}
      {...(people.length > 0 && { people })}
      {...(reached.length > 0 && { tenants: choicesOf(reached) })}
      {...(days !== null && { days })}
      {...(isAuditor && { renderWhole })}
    >
      <AuditedTenants audited={audited} />
    </Feed>
  )
}
