import { useEffect } from 'react'
import type { Me } from '@liaison/client'

import { Bones, TroublePanel } from '../parts/states.tsx'
import { StopPage } from '../parts/stop-page.tsx'
import { placesOf, useMe } from '../platform/me.ts'
import { t } from '../platform/words.ts'
import { serverPlaces } from '../places.ts'

function homeOf(me: Me): string | null {
  const [only, ...others] = placesOf(me)
  if (only === undefined) return null
  return others.length > 0 ? serverPlaces.choose : only.to
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
