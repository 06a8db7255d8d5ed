import type { TenantHome, WaitingConsent } from '@liaison/client'

import { useMay } from '../../platform/frame.ts'
import { useAccessLinks } from './calls.ts'
import { useAccessRequests, useAsks, useBackchannelRequests, useWaitingConsents } from './calls-consents.ts'
import { useWaitingElevations } from './elevation-note.tsx'
import { useSupportWaiting } from './support-waiting.ts'

/** Beyond these the list of requests is the better place. */
export const mostNoted = 3

/** Whether the reader can decide it: whoever gave the first of two approvals, and still decides, waits for somebody else. */
const isForReader = ({ is_mine: isMine, first_approval_counts: counts }: WaitingConsent): boolean =>
  !isMine || counts === false

/** How many requests of apps wait for the reader, whichever way they came. */
function useWaitingApps(): number {
  const second = useWaitingConsents().data?.items ?? []
  const others = [useBackchannelRequests(), useAsks(), useAccessRequests()]
  return others.reduce((sum, { data }) => sum + (data?.items.length ?? 0), second.filter(isForReader).length)
}

/** How many requests of every kind wait for the reader, and how many of them have no note of their own on the front page. */
export function useWaitingCount(access: TenantHome['who_has_access']): { count: number; unnoted: number } {
  const mayDecide = useMay('tenant.partner_access.approve')
  const links = (useAccessLinks('requested').data?.items ?? []).filter(
    (one) => one.initiated_by === 'partner',
  )
  const noted = useSupportWaiting().length + useWaitingElevations().length + useWaitingApps()
  if (access === null) return { count: noted, unnoted: 0 }
  const beyond = mayDecide ? Math.max(0, links.length - mostNoted) : access.waiting
  return {
    count: noted + access.waiting + access.waiting_changes,
    unnoted: beyond + access.waiting_changes,
  }
}
