import { readBody } from '@liaison/client'

import { useRead } from '../../platform/query.ts'

/** The usage of one user with what decides about it. */
export function useUserUsage(userId: string) {
  return useRead(['usage', 'user', userId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/users/{end_user_id}/usage', {
        params: { path: { end_user_id: userId } },
        signal,
      }),
    ),
  )
}
