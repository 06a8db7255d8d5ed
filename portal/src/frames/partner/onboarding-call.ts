import { readBody } from '@liaison/client'

import { useRead } from '../../platform/query.ts'

/** Where the partner stands on its way to the first call for a customer. */
export function useOnboarding(options: { enabled?: boolean } = {}) {
  return useRead(
    ['onboarding'],
    (frame, signal) => readBody(frame.client.GET('/partner/onboarding', { signal })),
    options,
  )
}
