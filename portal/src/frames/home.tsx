import { useEffect } from 'react'
import type { Me } from '@liaison/sdk'

import { Bones, TroublePanel } from '../parts/states.tsx'
import { StopPage } from '../parts/stop-page.tsx'
import { useMe } from '../platform/me.ts'
import { t } from '../platform/words.ts'
import { orgPlaces, partnerPlaces, platformPlaces, serverPlaces } from '../places.ts'

function homeOf(me: Me): string | null {
  const [only, ...others] = me.frames
  if (only === undefined) return null
  if (others.length > 0) return serverPlaces.choose
  if (only.kind === 'platform') return platformPlaces.work()
  return only.kind === 'partner' ? partnerPlaces.customers(only.id) : orgPlaces.home(only.id)
}

/** The door: sends a person to their only place, or lets them choose among several. */
export function Home() {
  const me = useMe()
  const to = me.data ? homeOf(me.data) : null
  useEffect(() => {
    if (to !== null) window.location.replace(to)
  }, [to])
  if (me.isError) return <TroublePanel error={me.error} onRetry={() => void me.refetch()} />
  if (me.data === undefined || to !== null) return <Bones />
  return (
    <StopPage title={t('nowhere.title')}>
      <p>{t('nowhere.text')}</p>
      <div>
        <a href={serverPlaces.account}>{t('nowhere.account')}</a>
      </div>
    </StopPage>
  )
}
