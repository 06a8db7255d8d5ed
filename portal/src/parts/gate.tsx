import type { Me } from '@liaison/client'
import type { ReactNode } from 'react'

import { useMe } from '../platform/me.ts'
import { t } from '../platform/words.ts'
import { Bones, TroublePanel } from './states.tsx'
import { StopPage } from './stop-page.tsx'

/** Renders its children once the server has said who is here. */
export function WithMe({ children }: { children: (me: Me) => ReactNode }) {
  const me = useMe()
  if (me.data !== undefined) return children(me.data)
  if (me.isError) {
    return (
      <StopPage title={t('app.name')}>
        <TroublePanel error={me.error} onRetry={() => void me.refetch()} />
      </StopPage>
    )
  }
  return <Bones lines={10} />
}

/** The address names a place where this person has no part. */
export function NoPart({ text }: { text: string }) {
  return (
    <StopPage title={t('nopart.title')}>
      <p>{text}</p>
      <div>
        <a href="/">{t('missing.home')}</a>
      </div>
    </StopPage>
  )
}
