import { readBody } from '@liaison/client'
import { useEffect } from 'react'

import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { partnerPlaces } from '../../places.ts'

/** Where the partner stands on its way to the first call for a customer. */
export function useOnboarding(options: { enabled?: boolean } = {}) {
  return useRead(
    ['onboarding'],
    (frame, signal) => readBody(frame.client.GET('/partner/onboarding', { signal })),
    options,
  )
}

let hasLed = false

/** A partner that has nothing to work on yet begins with the steps to its first call; led there once, so that the page stays reachable. */
export function useBeginning(hasNothing: boolean): void {
  const { partnerId } = useFrame()
  const go = useGo()
  const list = useOnboarding({ enabled: hasNothing && !hasLed })
  const leads = list.data?.starts_here === true && !hasLed
  useEffect(() => {
    if (!leads) return
    hasLed = true
    go(partnerPlaces.ready(partnerId), { replace: true })
  }, [leads, go, partnerId])
}
